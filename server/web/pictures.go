package web

import (
	"container/list"
	"context"
	"sync"
	"time"
)

const (
	keptPictures = 4 << 20 // bytes: some thousands of them
	// drawWait is how long a request waits for its turn to draw, and pictures are drawn one
	// at a time: redirects must not wait behind people who ask for posters.
	drawWait = time.Second
)

// pictures draws QR codes, and keeps those that were asked for last. It is safe for
// concurrent use.
type pictures struct {
	most    int           // bytes that are kept
	wait    time.Duration // for a turn
	drawing chan struct{} // semaphore

	mu     sync.Mutex
	bytes  int
	byTag  map[string]*list.Element
	recent *list.List // of picture, the one that was asked for last in front
}

type picture struct {
	tag  string
	body []byte
}

func newPictures() *pictures {
	return &pictures{most: keptPictures, wait: drawWait, drawing: make(chan struct{}, 1), byTag: map[string]*list.Element{}, recent: list.New()}
}

// get returns the picture of a tag, and draws it where it is not kept. ok is false where
// its turn did not come in time.
func (p *pictures) get(ctx context.Context, tag string, draw func() []byte) (body []byte, ok bool) {
	if body, ok := p.kept(tag); ok {
		return body, true
	}
	late := time.NewTimer(p.wait)
	defer late.Stop()
	select {
	case p.drawing <- struct{}{}:
		defer func() { <-p.drawing }()
	case <-late.C:
		return nil, false
	case <-ctx.Done():
		return nil, false
	}
	if body, ok := p.kept(tag); ok { // another request drew it meanwhile
		return body, true
	}
	body = draw()
	p.keep(tag, body)
	return body, true
}

func (p *pictures) kept(tag string) ([]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, ok := p.byTag[tag]
	if !ok {
		return nil, false
	}
	p.recent.MoveToFront(e)
	return e.Value.(picture).body, true
}

func (p *pictures) keep(tag string, body []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byTag[tag] = p.recent.PushFront(picture{tag, body})
	for p.bytes += len(body); p.bytes > p.most; {
		oldest := p.recent.Back()
		out := p.recent.Remove(oldest).(picture)
		delete(p.byTag, out.tag)
		p.bytes -= len(out.body)
	}
}
