package model

import (
	"context"
	"time"
)

// HostKey is a key that proves the platform to those who sign in with SSH.
type HostKey struct {
	Fingerprint string     `json:"fingerprint"` // SHA256:…
	Public      string     `json:"public"`      // "ssh-ed25519 AAAA…"
	State       string     `json:"state"`       // signs, or next: clients learn it until it signs
	SignsFrom   *time.Time `json:"signs_from"`  // of the next one; nil for the one that signs
}

// The states of a host key.
const (
	HostKeySigns = "signs"
	HostKeyNext  = "next"
)

// HostKeyChange is what the audit says of a rotation.
type HostKeyChange struct {
	Fingerprint string    `json:"fingerprint"`
	SignsFrom   time.Time `json:"signs_from"`
}

// HostKeys keeps the SSH host keys of nodes that share a database, in a text that only
// the SSH server reads. It holds private keys.
type HostKeys interface {
	// SharedHostKeys returns the text that the nodes share. Where the database has none,
	// first becomes it, unless it is empty. It is empty where the database has one node
	// alone, whose keys are in a file.
	SharedHostKeys(ctx context.Context, first []byte) ([]byte, error)
	// ChangeHostKeys puts the text in the place of old, with a row in the audit; Conflict
	// says that it is no longer old. Where both are empty, because the keys are in a file,
	// it writes the row alone; where change is nil, none.
	ChangeHostKeys(ctx context.Context, a Actor, old, text []byte, change *HostKeyChange) error
}
