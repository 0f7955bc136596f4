// Package platform has the screens about the whole platform: clients, checkouts with their
// secrets and tests, the inbox of webhooks that could not be applied, and the audit trail.
// Two of them are for a client's owners too: the audit trail shows their part of it, and
// hooks are where their own systems hear of sales.
package platform
