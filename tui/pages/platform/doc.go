// Package platform has the screens about the whole platform: clients, checkouts, the
// inbox of webhooks that could not be applied, and the audit trail. The audit trail
// shows a client's part of it to that client's owners.
package platform
