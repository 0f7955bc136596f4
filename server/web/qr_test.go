package web

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// scan reads a QR code as a phone's camera would.
func scan(t *testing.T, picture image.Image) string {
	t.Helper()
	bits, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bits, nil)
	if err != nil {
		t.Fatalf("the QR code cannot be read: %v", err)
	}
	return result.GetText()
}

// raster draws the paths of our own SVG, one pixel a unit, scaled by eight.
func raster(t *testing.T, svg string) image.Image {
	t.Helper()
	var doc struct {
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(svg), &doc); err != nil {
		t.Fatal(err)
	}
	var modules int
	if _, err := fmt.Sscanf(doc.ViewBox, "0 0 %d", &modules); err != nil || len(doc.Paths) != 2 {
		t.Fatalf("viewBox %q, %d paths", doc.ViewBox, len(doc.Paths))
	}
	const scale = 8
	img := image.NewGray(image.Rect(0, 0, modules*scale, modules*scale))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(doc.Paths[1].D, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		width, _ := strconv.Atoi(m[3])
		for py := y * scale; py < (y+1)*scale; py++ {
			for px := x * scale; px < (x+width)*scale; px++ {
				img.SetGray(px, py, color.Gray{})
			}
		}
	}
	return img
}

// quiet is the width of the white border.
func quiet(img image.Image) int {
	b := img.Bounds()
	for n := range b.Dx() / 2 {
		for i := n; i < b.Dx()-n; i++ {
			for _, c := range []color.Color{img.At(i, n), img.At(n, i), img.At(i, b.Dy()-1-n), img.At(b.Dx()-1-n, i)} {
				if r, _, _, _ := c.RGBA(); r == 0 {
					return n
				}
			}
		}
	}
	return b.Dx() / 2
}

func TestQRCode_Sizes_AreReadByAPhone(t *testing.T) {
	d := newTestServer(t)
	for _, c := range []struct {
		path, holds string
		size        int
	}{
		{"/qr/ana.png", "https://go.example/ana?qr", 512},
		{"/qr/ANA.PNG", "https://go.example/ana?qr", 512},
		{"/qr/old.png?size=300", "https://go.example/old?qr", 300}, // an archived link hangs on posters
		{"/qr/ana.png?size=64", "https://go.example/ana?qr", 64},
		{"/qr/ana.png?size=1", "https://go.example/ana?qr", 64},
		{"/qr/ana.png?size=999999", "https://go.example/ana?qr", 2048},
		{"/qr/ana.svg", "https://go.example/ana?qr", 512},
		{"/qr/ana.svg?size=160", "https://go.example/ana?qr", 160},
	} {
		r := d.get(c.path)
		body := bodyOf(t, r)
		if r.StatusCode != http.StatusOK || r.Header["Set-Cookie"] != nil || r.Header.Get("Cache-Control") != "public, max-age=300" || r.Header.Get("X-Robots-Tag") != "noindex" {
			t.Errorf("%s: %d %v", c.path, r.StatusCode, r.Header)
			continue
		}
		var picture image.Image
		if strings.Contains(strings.ToLower(c.path), ".png") {
			var err error
			if picture, err = png.Decode(strings.NewReader(body)); err != nil || r.Header.Get("Content-Type") != "image/png" {
				t.Errorf("%s: %v, %s", c.path, err, r.Header.Get("Content-Type"))
				continue
			}
			if b := picture.Bounds(); b.Dx() != c.size || b.Dy() != c.size {
				t.Errorf("%s is %v, want %d pixels", c.path, b, c.size)
			}
			// The code's 25 modules and their border fill the picture with whole pixels.
			if scale := c.size / 33; quiet(picture) < 4*scale || quiet(picture) >= 4*scale+33 {
				t.Errorf("%s: the border is %d pixels, a module %d", c.path, quiet(picture), scale)
			}
		} else {
			if want := fmt.Sprintf(`width="%d" height="%d"`, c.size, c.size); !strings.Contains(body, want) || !strings.Contains(body, `shape-rendering="crispEdges"`) || r.Header.Get("Content-Type") != "image/svg+xml" {
				t.Errorf("%s: %.200s", c.path, body)
			}
			if picture = raster(t, body); quiet(picture) != 4*8 {
				t.Errorf("%s: the border is %d", c.path, quiet(picture))
			}
		}
		if got := scan(t, picture); got != c.holds {
			t.Errorf("%s holds %q, want %q", c.path, got, c.holds)
		}
	}
	if c := d.store.counted(); len(c) > 0 {
		t.Errorf("drawing counted %v", c)
	}
}

func TestQRCode_Scan_CountsAsOne(t *testing.T) {
	d := newTestServer(t)
	picture, err := png.Decode(d.get("/qr/ana.png").Body)
	if err != nil {
		t.Fatal(err)
	}
	r := d.get(strings.TrimPrefix(scan(t, picture), "https://go.example"))
	if r.StatusCode != http.StatusFound || r.Header.Get("Location") != "https://tickets.example/acme" {
		t.Errorf("the scan leads to %d %s", r.StatusCode, r.Header.Get("Location"))
	}
	if c := d.store.counted(); len(c) != 1 || !c[0].QR {
		t.Errorf("the scan counted %+v", c)
	}
}

func TestQRCode_KnownTag_IsNotSentAgain(t *testing.T) {
	d := newTestServer(t)
	tags := map[string]string{}
	for _, path := range []string{"/qr/ana.png", "/qr/ben.png", "/qr/ana.svg", "/qr/ana.png?size=513"} {
		tag := d.get(path).Header.Get("Etag")
		if other, taken := tags[tag]; taken || tag == "" {
			t.Errorf("%s and %s have the tag %q", path, other, tag)
		}
		tags[tag] = path
		for _, known := range []string{tag, `"other", W/` + tag} {
			r := d.get(path, "If-None-Match", known)
			if r.StatusCode != http.StatusNotModified || bodyOf(t, r) != "" {
				t.Errorf("%s is known as %s and answers %d", path, known, r.StatusCode)
			}
		}
	}
	head := d.do("HEAD", "/qr/ana.png", "")
	if whole := d.get("/qr/ana.png"); head.Header.Get("Content-Length") != whole.Header.Get("Content-Length") || head.StatusCode != http.StatusOK {
		t.Errorf("HEAD: %d %v", head.StatusCode, head.Header)
	}
	if r := d.get("/qr/ana.png?size=large"); r.StatusCode != http.StatusBadRequest || !strings.Contains(bodyOf(t, r), "from 64 to 2048") {
		t.Errorf("size=large: %d", r.StatusCode)
	}
}

// The longest address that there can be, at the smallest size.
func TestQRCode_LongestAddress_IsReadAtTheSmallestSize(t *testing.T) {
	base := "https://" + strings.Repeat("tickets.", 20) + "example"
	code := strings.Repeat("a", 40)
	d := newTestServer(t, func(c *Config) { c.BaseURL = base + "/" })
	target := d.store.links["ana"]
	target.Code = code
	d.store.links[code] = target
	picture, err := png.Decode(d.get("/qr/" + code + ".png?size=64").Body)
	if err != nil {
		t.Fatal(err)
	}
	var grown bytes.Buffer // a camera sees more than one pixel a module
	if err := png.Encode(&grown, larger(picture, 4)); err != nil {
		t.Fatal(err)
	}
	seen, err := png.Decode(&grown)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := scan(t, seen), base+"/"+code+"?qr"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func larger(img image.Image, times int) image.Image {
	b := img.Bounds()
	out := image.NewGray(image.Rect(0, 0, b.Dx()*times, b.Dy()*times))
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Set(x, y, img.At(x/times, y/times))
		}
	}
	return out
}

func BenchmarkQRCode(b *testing.B) {
	d := newTestServer(b, func(c *Config) { c.Log = nil })
	for _, path := range []string{"/qr/ana.svg", "/qr/ana.png", "/qr/ana.png?size=2048"} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				if d.get(path).StatusCode != http.StatusOK {
					b.Fatal("no picture")
				}
			}
		})
	}
}
