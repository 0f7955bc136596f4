package web

import (
	"fmt"
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"

	"lastclick/model"
	"lastclick/server/internal/qrimage"
)

// The width and height of a QR code's picture, in pixels.
const (
	defaultSize = 512
	minSize     = 64
	maxSize     = 2048 // an A4 poster at 250 dpi
)

var qrCaching = []string{"public, max-age=300"}

// qrCode answers /qr/{code}.png and /qr/{code}.svg: the shortlink as a picture. An
// archived link still has one, since it hangs on posters.
func (s *Server) qrCode(w http.ResponseWriter, r *http.Request, name string) {
	name = model.FoldCode(name)
	code, isPNG := strings.CutSuffix(name, ".png")
	isSVG := false
	if !isPNG {
		code, isSVG = strings.CutSuffix(name, ".svg")
	}
	if !isPNG && !isSVG {
		s.unknown(w, r)
		return
	}
	link, err := s.link(r, code)
	if err != nil {
		s.notFound(w, r, err)
		return
	}
	size, err := pictureSize(r.URL.Query().Get("size"))
	if err != nil {
		text(w, http.StatusBadRequest, err.Error()+"\n")
		return
	}
	address := s.base + "/" + link.Code + "?" + model.QRParam
	h := w.Header()
	guard(h, dataPolicy)
	h["Cache-Control"] = qrCaching
	h["Cross-Origin-Resource-Policy"] = crossOrigin // pages and mails show it
	tag := qrTag(address, isPNG, size)
	h["Etag"] = []string{tag}
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body, ok := s.pictures.get(r.Context(), tag, func() []byte {
		picture, err := qrimage.Encode(address)
		if err != nil {
			panic(err) // a code has at most 40 characters
		}
		if isPNG {
			return picture.PNG(size)
		}
		return picture.SVG(size)
	})
	if !ok {
		delete(h, "Etag")
		h["Retry-After"] = []string{"2"}
		text(w, http.StatusServiceUnavailable, "Too many pictures are asked for at this moment: try again in a few seconds.\n")
		return
	}
	h["Content-Type"] = svgType
	if isPNG {
		h["Content-Type"] = pngType
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	write(w, http.StatusOK, body)
}

// pictureSize reads ?size=, in pixels. A number outside the bounds is taken as the
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

// qrTag names a picture by what it is drawn from, so that a browser that has it need
// not fetch it. Change the first character whenever the drawing changes.
func qrTag(address string, isPNG bool, size int) string {
	h := fnv.New64a()
	fmt.Fprint(h, address, isPNG, size)
	return fmt.Sprintf(`"1%x"`, h.Sum64())
}
