package hook

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"

	"lastclick/model"
)

// maxShown is how much of an answer a person is shown, in characters.
const maxShown = 200

// Ping sends a signed ping to a hook of the actor, and says what came back. It changes
// nothing of the hook. The error says that there is no such hook, or that the actor may
// not do this.
func (w *Worker) Ping(ctx context.Context, a model.Actor, url string) (model.HookAnswer, error) {
	to, err := w.c.Store.HookTarget(ctx, a, url)
	if err != nil {
		return model.HookAnswer{}, err
	}
	began := w.c.Now()
	body, err := json.Marshal(model.HookPayload{Type: model.HookPing, Timestamp: began.UTC(), Data: model.HookPingData{Client: to.Client}})
	if err != nil {
		return model.HookAnswer{}, fmt.Errorf("write a ping: %w", err)
	}
	got := w.send(ctx, to, "msg_ping_"+rand.Text(), body)
	shown := model.HookAnswer{URL: to.URL, OK: got.err == nil, Millis: w.c.Now().Sub(began).Milliseconds()}
	if got.status != 0 {
		shown.Status = &got.status
	}
	if got.err != nil {
		reason := got.err.Error()
		shown.Error = &reason
	}
	if text := model.Truncate(model.Line(got.text), maxShown); text != "" {
		shown.Answer = &text
	}
	return shown, nil
}
