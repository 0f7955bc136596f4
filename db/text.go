package db

import "golang.org/x/text/unicode/norm"

// composed is text as the tables keep it: NFC, so that what looks the same is the
// same. Every name and e-mail goes through it; the checkouts' ids are kept to the
// byte.
func composed(s string) string { return norm.NFC.String(s) }
