package web

import (
	"net/http"

	"lastclick/model"
)

// What memory does not know is looked up in the database before it is answered with 404,
// since another node may have made it a moment ago. While the database cannot be asked, the
// answer is 503: a sender of webhooks takes 404 for final, and a person is told to try again.
// A path that can be no code is 404 always, so that scanners of an outage cause no 503.

// errUnknown is the answer to a name that is not looked up.
var errUnknown = &model.Error{Kind: model.NotFound, Msg: "there is no such thing"}

// link is the link with the code, folded.
func (s *Server) link(r *http.Request, code string) (model.Target, error) {
	if link, ok := s.store.LinkByCode(code); ok {
		return link, nil
	}
	if !s.mayLookUp(r, code) {
		return model.Target{}, errUnknown
	}
	return s.store.LookUpLink(r.Context(), code)
}

// event is the page of the event with the slug, folded.
func (s *Server) event(r *http.Request, slug string) (model.Page, error) {
	if page, ok := s.store.EventPage(slug); ok {
		return page, nil
	}
	if !s.mayLookUp(r, slug) {
		return model.Page{}, errUnknown
	}
	return s.store.LookUpEvent(r.Context(), slug)
}

// client is the page of the client with the slug, folded.
func (s *Server) client(r *http.Request, slug string) (model.Page, error) {
	if page, ok := s.store.ClientPage(slug); ok {
		return page, nil
	}
	if !s.mayLookUp(r, slug) {
		return model.Page{}, errUnknown
	}
	return s.store.LookUpClient(r.Context(), slug)
}

// mayLookUp says whether the database is asked for a name: not for one that none can have,
// nor for a network that has used up its guesses.
func (s *Server) mayLookUp(r *http.Request, name string) bool {
	if !model.ValidSlug(name) {
		return false
	}
	network := s.network(r)
	return !network.IsValid() || s.guesses.Wait(network) == 0
}

// notFound answers where a link or page was not found.
func (s *Server) notFound(w http.ResponseWriter, r *http.Request, err error) {
	if model.KindOf(err) == model.NotFound {
		s.unknown(w, r)
		return
	}
	s.metrics.unsure.Inc()
	w.Header()["Retry-After"] = []string{"2"}
	s.page(w, http.StatusServiceUnavailable, unsurePage)
}

// newSecrets returns a checkout that has other secrets by now than those that proved
// nothing; ok is false where it has none.
func (s *Server) newSecrets(r *http.Request, known model.Checkout) (fresh model.Checkout, ok bool, err error) {
	fresh, err = s.store.LookUpSecrets(r.Context(), known)
	if isNotFound(err) {
		return fresh, false, nil
	}
	return fresh, err == nil, err
}

// lookUpCheckout asks the database for a checkout that memory does not know.
func (s *Server) lookUpCheckout(r *http.Request, name string) (model.Checkout, error) {
	err := error(errUnknown)
	var k model.Checkout
	if model.ValidSlug(name) {
		k, err = s.store.LookUpCheckout(r.Context(), name)
	}
	if isNotFound(err) {
		err = refuse(http.StatusNotFound, "there is no such checkout: get the address from the admin of this platform")
	}
	return k, err
}
