package model

import "time"

// Certificate is the SSH certificate that signed a person in. Its texts are those of the
// CA, cleaned.
type Certificate struct {
	KeyID      string     `json:"key_id"`
	Serial     uint64     `json:"serial"`
	Principals []string   `json:"principals"`
	Authority  string     `json:"authority"`   // the fingerprint of the CA's key
	ValidUntil *time.Time `json:"valid_until"` // nil: for ever
}
