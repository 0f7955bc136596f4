package model

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// StandardKind is the kind of a checkout that posts the webhooks of ParseWebhook itself,
// signed by Standard Webhooks.
const StandardKind = "standard"

// CheckoutKind is a kind of system that sells tickets, and what connecting one takes.
type CheckoutKind struct {
	Name      string
	Title     string // as its makers write it
	OwnSecret bool   // its deliveries are signed with a secret that it gives; else it takes ours
	NeedsURL  bool   // of its API: it is not one for all
	TokenURL  bool   // its API, which may be left out, is not one for all: a token needs the URL
	NeedsAPI  bool   // it needs a token for its API
	NoAPI     bool   // it has no API to ask, so it takes neither URL nor token
}

// CheckoutKinds are the kinds that there are, standard first.
var CheckoutKinds = []CheckoutKind{
	{Name: StandardKind, Title: "Standard Webhooks", NoAPI: true},
	{Name: "woocommerce", Title: "WooCommerce", TokenURL: true},
	{Name: "tickettailor", Title: "Ticket Tailor", OwnSecret: true},
	{Name: "tito", Title: "Tito", OwnSecret: true},
	{Name: "stripe", Title: "Stripe", OwnSecret: true, NeedsAPI: true},
	{Name: "hievents", Title: "Hi.Events", OwnSecret: true},
	{Name: "pretix", Title: "pretix", NeedsURL: true, NeedsAPI: true},
	{Name: "eventbrite", Title: "Eventbrite", NeedsAPI: true},
	{Name: "plain", Title: "Plain JSON", NoAPI: true},
}

// KindNamed is the kind of that name.
func KindNamed(name string) (CheckoutKind, bool) {
	i := slices.IndexFunc(CheckoutKinds, func(k CheckoutKind) bool { return k.Name == name })
	if i < 0 {
		return CheckoutKind{}, false
	}
	return CheckoutKinds[i], true
}

func kindNames() string {
	names := make([]string, len(CheckoutKinds))
	for i, k := range CheckoutKinds {
		names[i] = k.Name
	}
	return strings.Join(names, ", ")
}

// Checkout is a system that sells tickets and posts the orders.
type Checkout struct {
	ID        int64     `json:"-"`
	Name      string    `json:"name"`
	Kind      string    `json:"kind"`
	Client    *string   `json:"client"`  // the only client it may sell for; nil for all
	URL       string    `json:"url"`     // where it posts to; only where checkouts are shown
	API       *string   `json:"api_url"` // nil: none was given
	Token     string    `json:"-"`       // for the API; empty for none
	Secrets   [][]byte  `json:"-"`       // the newest first, at most two
	SecretIDs []int64   `json:"-"`       // of the secrets
	Live      int       `json:"secrets"` // how many are live
	CreatedAt time.Time `json:"created_at"`

	// Where checkouts are shown.
	Ignored       []string    `json:"ignored"` // the shop's ids that are no events: tickets for them are left out of its orders
	SecretUses    []SecretUse `json:"-"`
	AcceptedAt    *time.Time  `json:"last_accepted_at"` // the last delivery that was taken
	RefusedAt     *time.Time  `json:"last_refused_at"`  // the last that was not
	RefusedReason *string     `json:"last_refused_reason"`
	Queued        int64       `json:"queued"` // deliveries of a shop that are still to be worked off
	HeldUntil     *time.Time  `json:"held_until"`
	HeldReason    *string     `json:"held_reason"` // why its API is not asked until then
}

// Standard says whether the checkout posts the webhooks of ParseWebhook.
func (c Checkout) Standard() bool { return c.Kind == StandardKind || c.Kind == "" }

// SecretUse says when a secret came and when it last signed a delivery; UsedAt is nil for
// never. It is exact to some seconds.
type SecretUse struct {
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"last_used_at"`
}

// CheckoutSecret is what `checkout add` and `checkout rotate` print, once.
type CheckoutSecret struct {
	Name    string      `json:"name"`
	Kind    string      `json:"kind"`
	Secret  string      `json:"secret"` // of a standard checkout whsec_ and base64 of 32 random bytes; empty where the shop's own was entered
	URL     string      `json:"url"`    // where the checkout posts to
	Secrets []SecretUse `json:"-"`      // that are live now, the newest first
	Ended   []SecretUse `json:"-"`      // that `checkout rotate` has ended, the newest first
}

// String tells a secret from others without showing it: "of 28 Nov 2026 14:30:05 UTC, never
// used".
func (u SecretUse) String() string {
	const layout = "2 Jan 2006 15:04:05 UTC"
	used := "never used"
	if u.UsedAt != nil {
		used = "last used " + u.UsedAt.UTC().Format(layout)
	}
	return "of " + u.CreatedAt.UTC().Format(layout) + ", " + used
}

// ExplainSecrets says which secret stays beside the newest, and which no longer work: one
// that was never used may be the one that a developer has just pasted.
func (s CheckoutSecret) ExplainSecrets() []string {
	var out []string
	if len(s.Secrets) > 1 {
		out = append(out, "The secret "+s.Secrets[1].String()+", stays valid until it is ended.")
	}
	for _, u := range s.Ended {
		out = append(out, "The secret "+u.String()+", no longer works: what is signed with it is refused.")
	}
	return out
}

// NewCheckout is what `checkout add` takes. An empty Kind is standard, an empty Client all
// clients. Secret is the shop's own where its kind has one, else empty.
type NewCheckout struct {
	Name, Kind, Client, URL, Token, Secret string
}

// Rotation is what `checkout rotate` takes.
type Rotation struct {
	Secret string // the shop's own, where its kind has one
	EndOld bool   // ends all secrets but the newest, and makes none
	Force  bool   // ends a secret also where it was used in the last day
}

// Validate returns the checkout that n describes, with the secret that was entered, or
// every fault, joined.
func (n NewCheckout) Validate() (Checkout, error) {
	k := Checkout{Kind: strings.ToLower(strings.TrimSpace(n.Kind))}
	if k.Kind == "" {
		k.Kind = StandardKind
	}
	var faults FieldErrors
	set(&faults, &k.Name)(Slug("name", n.Name))
	kind, ok := KindNamed(k.Kind)
	if !ok {
		faults.Add(Invalidf("kind", "kind %q must be one of %s", Truncate(Clean(n.Kind), 40), kindNames()))
		return k, faults.Err()
	}
	k.setAPI(&faults, kind, n.URL, n.Token)
	secret, err := kind.CheckSecret(n.Secret)
	faults.Add(err)
	if secret != "" {
		k.Secrets = [][]byte{[]byte(secret)}
	}
	return k, faults.Err()
}

// setAPI sets the address of the shop's API and the token for it.
func (c *Checkout) setAPI(faults *FieldErrors, kind CheckoutKind, api, token string) {
	c.API = nil
	if api = strings.TrimSpace(api); api != "" && kind.NoAPI {
		faults.Add(Invalidf("url", "url: the kind %s has no API to ask: leave it out", kind.Name))
	} else if api != "" {
		var checked string
		set(faults, &checked)(CheckAPI("url", api))
		c.API = &checked
	} else if kind.NeedsURL || kind.TokenURL && strings.TrimSpace(token) != "" {
		faults.Add(&Error{Kind: Invalid, Field: "url", Msg: fmt.Sprintf("url is missing: the kind %s needs the address of the shop's API", kind.Name), Hint: "give it with --url, such as https://tickets.example"})
	}
	set(faults, &c.Token)(kind.checkToken(token))
}

func (k CheckoutKind) checkToken(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "" && k.NeedsAPI:
		return "", &Error{Kind: Invalid, Field: "token", Msg: fmt.Sprintf("token is missing: the kind %s needs one for the shop's API", k.Name), Hint: "give it on standard input with --token-stdin"}
	case s != "" && k.NoAPI:
		return "", Invalidf("token", "token: the kind %s has no API to ask: leave it out", k.Name)
	}
	return checkWord("token", s)
}

// CheckSecret takes the secret that the shop gives, where the kind has one.
func (k CheckoutKind) CheckSecret(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "" && k.OwnSecret:
		return "", &Error{Kind: Invalid, Field: "secret", Msg: fmt.Sprintf("secret is missing: the kind %s signs with a secret of its own", k.Name), Hint: "give what the shop shows on standard input with --secret-stdin"}
	case s != "" && !k.OwnSecret:
		return "", Invalidf("secret", "secret: the kind %s takes the secret that is made here: leave it out", k.Name)
	}
	return checkWord("secret", s)
}

// Bounds of a shop's secret or token, in bytes.
const minWord, maxWord = 8, 1000

// checkWord takes a secret text: visible ASCII without spaces, or nothing.
func checkWord(field, s string) (string, error) {
	if s == "" {
		return "", nil
	}
	if len(s) < minWord || len(s) > maxWord || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", Invalidf(field, "%s must be %d to %s characters of ASCII without spaces, as the shop shows it", field, minWord, FormatCount(maxWord))
	}
	return s, nil
}

// CheckAPI takes the address of a shop's API: https and a host, and nothing behind it. http
// is taken inside of the own network alone.
func CheckAPI(field, s string) (string, error) {
	s, err := CheckURL(field, s)
	if err != nil {
		return "", err
	}
	bad := func(why string) (string, error) {
		return "", &Error{Kind: Invalid, Field: field, Msg: field + " " + why, Hint: "give the address of the shop's API, such as https://tickets.example"}
	}
	u, err := url.Parse(s)
	if err != nil {
		return bad("is not an address")
	}
	switch {
	case u.Scheme != "https" && !inside(u.Hostname()):
		return bad("must begin with https://, since a token is sent there")
	case strings.Trim(u.Path, "/") != "" || strings.ContainsAny(s, "?#%"):
		return bad("must be a scheme and a host alone, without a path, ? or #")
	}
	return u.Scheme + "://" + u.Host, nil
}

// inside says whether a host is this machine or in its network, where TLS may end before
// it: a loopback or private address, or a name without a dot, as containers have.
func inside(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return !strings.Contains(host, ".")
	}
	return addr.IsLoopback() || addr.IsPrivate()
}

// Contact is a delivery that was accepted or refused, to be remembered.
type Contact struct {
	Checkout int64
	At       time.Time
	Secret   int64  // of SecretIDs: the one that proved it; 0 for none
	Refused  string // why it was not accepted; empty: it was
}

// MaxRefused bounds what is kept of why a delivery was refused, in characters.
const MaxRefused = 300

// TryStep is a step on the way of a sale, as `checkout test` and `link test` walk it.
type TryStep struct {
	Step   string   `json:"step"` // such as click
	State  TryState `json:"state"`
	Detail string   `json:"detail"` // a sentence
}

// TryState says how a step went.
type TryState string

// The states of a step.
const (
	TryOK     TryState = "ok"
	TryFailed TryState = "failed"
	TryOpen   TryState = "open" // it cannot be tried from here: the detail says what to do
)
