package mail

import "lastclick/server/internal/qrimage"

// The QR code has twice as many pixels as it is shown with, so that it is crisp on a
// phone's dense screen and on paper.
const (
	modulePixels = 12 // of the picture
	moduleShown  = 6  // CSS pixels
)

// picture is an image that is part of the mail.
type picture struct {
	cid  string
	png  []byte
	side int // in CSS pixels
}

func drawQR(text, cid string) (*picture, error) {
	code, err := qrimage.Encode(text)
	if err != nil {
		return nil, err
	}
	return &picture{cid: cid, png: code.PNG(code.Modules() * modulePixels), side: code.Modules() * moduleShown}, nil
}
