package model

import (
	"context"
	"time"
)

// HookState says what becomes of the messages to a hook.
type HookState string

// The states of a hook.
const (
	HookActive   HookState = "active"   // the last message was taken, or none was sent yet
	HookFailing  HookState = "failing"  // the last ones were not; they are sent again
	HookDisabled HookState = "disabled" // nothing is kept for it until it is added again
)

// Bounds of hooks.
const (
	MaxHooks     = 10                 // of a client, and of the platform
	HookPatience = 3 * 24 * time.Hour // a hook that fails for as long is disabled, a message given up
)

// Hook is an address that is told, by signed webhooks of ours, of credited sales and of
// scans.
type Hook struct {
	URL          string     `json:"url"`
	Client       *string    `json:"client"` // whose sales; nil for all clients
	State        HookState  `json:"state"`
	LastError    *string    `json:"last_error"` // foreign text; nil after a message that was taken
	FailingSince *time.Time `json:"failing_since"`
	DeliveredAt  *time.Time `json:"delivered_at"` // the last message that was taken
	Waiting      int64      `json:"waiting"`      // messages that were not taken yet
	CreatedBy    string     `json:"created_by"`
	CreatedAt    time.Time  `json:"created_at"`
}

// HookSecret is a hook that was just added, with the secret that signs its messages.
type HookSecret struct {
	Hook
	Secret string `json:"secret"` // whsec_…
}

// HookAnswer is what came back for a ping.
type HookAnswer struct {
	URL    string  `json:"url"`
	OK     bool    `json:"ok"`
	Status *int    `json:"status"`      // nil without an answer
	Millis int64   `json:"duration_ms"` // until the answer, or until the failure
	Error  *string `json:"error"`       // why it is no success; foreign text
	Answer *string `json:"answer"`      // the beginning of its body; foreign text
}

// Hooks is the hooks of people: an owner's of their client; an admin's of the client that
// the actor works on, or of the platform, which are told of all clients.
type Hooks interface {
	// AddHook adds a hook with a new secret. One that was disabled is enabled again and
	// keeps its secret, so that its receiver need not change.
	AddHook(ctx context.Context, a Actor, url string) (HookSecret, error)
	Hooks(ctx context.Context, a Actor) ([]Hook, error)
	// RemoveHook removes a hook, with what waits for it. An admin without a client
	// removes the platform's, or else the only client's with the URL.
	RemoveHook(ctx context.Context, a Actor, url string) (Hook, error)
}

// HookTarget is where messages go, and what signs them.
type HookTarget struct {
	ID     int64
	URL    string
	Client *string
	Secret []byte
}

// HookMessage is a message that waits for a hook.
type HookMessage struct {
	Row       int64
	ID        string // the webhook-id: the same each time it is sent
	Order     int64  // messages of one order are sent in their order
	Type      string
	Body      []byte
	Attempts  int // before this one
	CreatedAt time.Time
}

// HookBatch is messages for one hook, the oldest first.
type HookBatch struct {
	HookTarget
	Failures     int        // batches in a row of which nothing was taken
	FailingSince *time.Time // nil: the last batch was taken, or there was none
	Messages     []HookMessage
}

// HookReport is what became of a batch. Messages without a result were not sent.
type HookReport struct {
	Hook    int64
	Results []HookResult
	Error   string    // of the last failure; foreign text
	Next    time.Time // nothing is sent to the hook before
	Disable bool
}

// HookResult is what became of a message.
type HookResult struct {
	Row   int64
	ID    string
	Taken bool
	Retry time.Time // of one that was not taken; zero gives it up
}

// HookSending is what the worker that sends needs. A message is sent at least once: after
// a crash between sending and ReportHook it is sent again, under the same id.
type HookSending interface {
	// DueHooks hands out the hooks for which messages are due, each with its oldest
	// ones, and keeps each hook from other workers for the lease. A message follows
	// those of its order that were not taken yet. Without hooks it costs nothing.
	DueHooks(ctx context.Context, limit int, lease time.Duration) ([]HookBatch, error)
	// ReportHook ends the lease.
	ReportHook(ctx context.Context, r HookReport) error
	// HookTarget finds a hook as RemoveHook does, for a test.
	HookTarget(ctx context.Context, a Actor, url string) (HookTarget, error)
}
