package web

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"html"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strconv"
	"strings"

	"rsc.io/qr"

	"lastclick/model"
)

// A QR code's picture.
const (
	quietModules = 4 // the empty border on each side (ISO/IEC 18004 §6.3.8)
	defaultSize  = 512
	minSize      = 64
	maxSize      = 2048 // pixels; as many as an A4 poster at 250 dpi
)

// drawings bounds how many pictures are drawn at once. The largest takes some 30 ms,
// and redirects must not wait behind people who ask for posters.
const drawings = 1

var qrCaching = []string{"public, max-age=300"}

// qrCode answers /qr/{code}.png and /qr/{code}.svg: the shortlink as a picture. An
// archived link still has one, for it is printed on posters that hang.
func (s *Server) qrCode(w http.ResponseWriter, r *http.Request, name string) {
	name = model.FoldCode(name)
	code, isPNG := strings.CutSuffix(name, ".png")
	isSVG := false
	if !isPNG {
		code, isSVG = strings.CutSuffix(name, ".svg")
	}
	target, known := s.store.LinkByCode(code)
	if !isPNG && !isSVG || !known {
		s.unknown(w, r)
		return
	}
	size, err := pictureSize(r.URL.Query().Get("size"))
	if err != nil {
		text(w, http.StatusBadRequest, err.Error()+"\n")
		return
	}
	address := s.base + "/" + target.Code + "?" + qrParam
	h := w.Header()
	h["Cache-Control"] = qrCaching
	h["X-Robots-Tag"] = noIndex
	tag := qrTag(address, isPNG, size)
	h["Etag"] = []string{tag}
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	select {
	case s.drawing <- struct{}{}:
		defer func() { <-s.drawing }()
	case <-r.Context().Done():
		return
	}
	picture, err := qr.Encode(address, qr.M)
	if err != nil {
		panic(fmt.Errorf("draw the QR code of %q: %w", address, err)) // a code has at most 40 characters
	}
	h["X-Content-Type-Options"] = noSniff
	h["Content-Security-Policy"] = svgPolicy
	var body []byte
	if isPNG {
		h["Content-Type"] = pngType
		body = drawPNG(picture, size)
	} else {
		h["Content-Type"] = svgType
		body = drawSVG(picture, size, address)
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(http.StatusOK)
	w.Write(body)
}

// pictureSize reads ?size=, in pixels. What lies outside the bounds is taken as the
// nearest of them.
func pictureSize(asked string) (int, error) {
	if asked == "" {
		return defaultSize, nil
	}
	n, err := strconv.ParseUint(asked, 10, 31)
	if err != nil {
		return 0, fmt.Errorf("size must be a number of pixels from %d to %d, such as size=%d", minSize, maxSize, defaultSize)
	}
	return min(max(int(n), minSize), maxSize), nil
}

// qrTag names a picture by what it is drawn from, so that one that is known need
// not be drawn. The first character changes whenever the drawing does.
func qrTag(address string, isPNG bool, size int) string {
	h := fnv.New64a()
	fmt.Fprint(h, address, isPNG, size)
	return fmt.Sprintf(`"1%x"`, h.Sum64())
}

// drawPNG draws size pixels square, black on white, every module the same whole
// number of pixels; what is left over widens the border. A size too small for one
// pixel each gives the smallest picture that can be read.
func drawPNG(code *qr.Code, size int) []byte {
	modules := code.Size + 2*quietModules
	scale := max(size/modules, 1)
	size = max(size, modules)
	border := (size - code.Size*scale) / 2
	img := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	for y := range code.Size {
		top := (border + y*scale) * img.Stride
		row := img.Pix[top : top+img.Stride]
		for x := range code.Size {
			if code.Black(x, y) {
				from := border + x*scale
				for i := from; i < from+scale; i++ {
					row[i] = 1
				}
			}
		}
		for i := 1; i < scale; i++ {
			copy(img.Pix[top+i*img.Stride:], row)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// drawSVG draws one module a unit, each run of black modules one stroke of a path.
func drawSVG(code *qr.Code, size int, address string) []byte {
	var b bytes.Buffer
	modules := code.Size + 2*quietModules
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" shape-rendering="crispEdges" role="img">`, size, size, modules, modules)
	fmt.Fprintf(&b, `<title>QR code of %s</title><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="`, html.EscapeString(address), modules, modules)
	for y := range code.Size {
		for x := 0; x < code.Size; {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", from+quietModules, y+quietModules, x-from, x-from)
			}
			x++
		}
	}
	b.WriteString(`"/></svg>` + "\n")
	return b.Bytes()
}
