package shop

// wooCommerce understands WooCommerce.
type wooCommerce struct{}

// Verify compares X-WC-Webhook-Signature, base64 of the HMAC-SHA256 of the body.
func (wooCommerce) Verify(d Delivery, a Account) error {
	if !signed(a.Secrets, [][]byte{base64Sum(d.Header.Get("X-WC-Webhook-Signature"))}, d.Body) {
		return ErrSignature
	}
	return nil
}

func (wooCommerce) Map(Delivery) (Result, error) { return Result{}, unmapped("body", "not yet") }
func (wooCommerce) Guide(string) []string        { return nil }
