package shop

// tito understands Tito.
type tito struct{}

// Verify compares Tito-Signature, base64 of the HMAC-SHA256 of the body.
func (tito) Verify(d Delivery, a Account) error {
	if !signed(a.Secrets, [][]byte{base64Sum(d.Header.Get("Tito-Signature"))}, d.Body) {
		return ErrSignature
	}
	return nil
}

func (tito) Map(Delivery) (Result, error) { return Result{}, unmapped("body", "not yet") }
func (tito) Guide(string) []string        { return nil }
