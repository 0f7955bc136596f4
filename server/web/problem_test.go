package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"lastclick/model"
)

// An answer may be read on a terminal: nothing in it steers one, and it is the same JSON.
func TestProblem_HostileText_IsEscaped(t *testing.T) {
	const text = "\x1b[2J\u009b31m\u202e\u200b\u2028\U000e0041é漢"
	p := refuse(http.StatusUnprocessableEntity, text)
	p.Errors = []model.Fault{{Field: text, Detail: text}}
	w := httptest.NewRecorder()
	p.write(w)
	body := w.Body.String()
	if strings.ContainsAny(body, "\x1b\u009b\u202e\u200b\u2028\U000e0041") || !strings.Contains(body, "é漢") {
		t.Errorf("%q", body)
	}
	var back problem
	if err := json.Unmarshal([]byte(body), &back); err != nil || back.Detail != text || back.Errors[0].Detail != text {
		t.Errorf("%v: %+v", err, back)
	}
}
