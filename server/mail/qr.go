package mail

import "rsc.io/qr"

// The QR code is drawn twice as fine as it is shown, in whole pixels, so that it is
// crisp on a phone's dense screen and on paper.
const (
	modulePixels = 12 // of the picture
	moduleShown  = 6  // CSS pixels
	quiet        = 4  // empty modules around it (ISO/IEC 18004 §6.3.8), which the encoder draws
)

// picture is an image that travels with the mail.
type picture struct {
	cid  string
	png  []byte
	side int // in CSS pixels
}

func drawQR(text, cid string) (*picture, error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return nil, err
	}
	code.Scale = modulePixels
	return &picture{cid: cid, png: code.PNG(), side: (code.Size + 2*quiet) * moduleShown}, nil
}
