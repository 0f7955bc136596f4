package shop

// ticketTailor understands Ticket Tailor.
type ticketTailor struct{}

// Verify compares Tickettailor-Webhook-Signature, "t=…,v1=…": hex of the HMAC-SHA256 of
// the timestamp and the body, with nothing between them.
func (ticketTailor) Verify(d Delivery, a Account) error {
	s, ok := parseStamped(d.Header.Get("Tickettailor-Webhook-Signature"))
	if !ok || !fresh(s.at, d.Received) || !signed(a.Secrets, s.signatures, []byte(s.text), d.Body) {
		return ErrSignature
	}
	return nil
}

func (ticketTailor) Map(Delivery) (Result, error) { return Result{}, unmapped("body", "not yet") }
func (ticketTailor) Guide(string) []string        { return nil }
