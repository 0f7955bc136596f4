package mail

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"lastclick/model"
)

// parsed is a mail as a mail program sees it.
type parsed struct {
	*netmail.Message
	plain, html string
	picture     []byte
	cid         string
	file        []byte // attached
	fileName    string
	fileKind    string   // its Content-Type
	kinds       []string // of all parts, in their order
}

// parse takes a mail apart, and fails on any part that was not expected.
func parse(t *testing.T, raw string) parsed {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	p := parsed{Message: m}
	var walk func(h interface{ Get(string) string }, body io.Reader)
	walk = func(h interface{ Get(string) string }, body io.Reader) {
		contentType, encoding := h.Get("Content-Type"), h.Get("Content-Transfer-Encoding")
		kind, params, err := mime.ParseMediaType(contentType)
		if err != nil {
			t.Fatal(err)
		}
		p.kinds = append(p.kinds, kind)
		if strings.HasPrefix(kind, "multipart/") {
			r := multipart.NewReader(body, params["boundary"])
			for {
				part, err := r.NextPart() // decodes quoted-printable
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				walk(part.Header, part)
			}
		}
		if encoding == "base64" {
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		switch kind {
		case "text/plain":
			p.plain = strings.ReplaceAll(string(content), "\r\n", "\n")
		case "text/html":
			p.html = strings.ReplaceAll(string(content), "\r\n", "\n")
		case "image/png":
			p.picture, p.cid = content, h.Get("Content-ID")
		case "text/csv":
			_, named, err := mime.ParseMediaType(h.Get("Content-Disposition"))
			if err != nil {
				t.Fatal(err)
			}
			p.file, p.fileName, p.fileKind = content, named["filename"], contentType
		default:
			t.Errorf("a part of the kind %s", kind)
		}
	}
	walk(m.Header, m.Body)
	return p
}

// composed is the mail of row m, as it goes over the wire.
func composed(t *testing.T, m model.Mail) string {
	t.Helper()
	w, err := New(testConfig(t, newShelf()))
	if err != nil {
		t.Fatal(err)
	}
	msg, err := w.compose(m)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// scan reads the QR code as a phone does.
func scan(t *testing.T, picture []byte) string {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}
