package peer

import (
	"encoding/json"
	"io"
	"net/http"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// order is the part of a webhook that its answer needs.
type order struct {
	Type string `json:"type"`
	Data struct {
		ID       string `json:"id"`
		Version  int64  `json:"version"`
		PlacedAt string `json:"placed_at"`
		Currency string `json:"currency"`
		Customer struct {
			ID    string `json:"id"`
			Email string `json:"email"`
		} `json:"customer"`
		Tracking struct {
			Receipt string `json:"receipt"`
			Code    string `json:"code"`
		} `json:"tracking"`
		Tickets []struct {
			ID        string `json:"id"`
			Event     string `json:"event"`
			Type      string `json:"type"`
			TypeName  string `json:"type_name"`
			FaceValue int64  `json:"face_value"`
			Status    string `json:"status"`
		} `json:"tickets"`
	} `json:"data"`
}

type answer struct {
	Status  string         `json:"status"`
	Order   string         `json:"order"`
	Tickets []answerTicket `json:"tickets"`
}

type answerTicket struct {
	ID     string  `json:"id"`
	Link   *string `json:"link"`
	Reason string  `json:"reason"`
}

// noStore takes an order as lastclick does, up to the point where something would be
// kept: the signature is verified, the JSON parsed, and each ticket answered.
func noStore(secret string) (http.Handler, error) {
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhooks/{checkout}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := key.Verify(body, r.Header); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		var o order
		if err := json.Unmarshal(body, &o); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		writeAnswer(w, o)
	})
	return mux, nil
}

func writeAnswer(w http.ResponseWriter, o order) {
	a := answer{Status: "applied", Order: o.Data.ID, Tickets: make([]answerTicket, len(o.Data.Tickets))}
	for i, t := range o.Data.Tickets {
		a.Tickets[i] = answerTicket{ID: t.ID, Reason: "no_click"}
	}
	w.Header().Set("Content-Type", "application/json")
	// An answer that cannot be written is one that no one waits for.
	_ = json.NewEncoder(w).Encode(a)
}
