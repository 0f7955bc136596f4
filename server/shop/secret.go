package shop

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
)

// secretParameter is the parameter of the address that a secret may stand in.
const secretParameter = "secret"

// knowsSecret is the proof of the shops that cannot sign: the address that they post to
// holds one of the account's secrets, as the password of HTTP Basic authentication or as
// the parameter secret. Such a delivery is a trigger and no more: what it says is fetched
// from the shop, and only ids in it are used. The address must be an https one, since
// otherwise the secret can be read on the way.
func knowsSecret(d Delivery, a Account) error {
	given := make([]string, 0, 2)
	if _, password, ok := (&http.Request{Header: d.Header}).BasicAuth(); ok {
		given = append(given, password)
	}
	if s := d.Query.Get(secretParameter); s != "" {
		given = append(given, s)
	}
	known := 0
	for _, g := range given {
		sum := sha256.Sum256([]byte(g)) // of equal length, so that no comparison shows a length
		for _, secret := range a.Secrets {
			if want := sha256.Sum256([]byte(secret)); secret != "" {
				known |= subtle.ConstantTimeCompare(sum[:], want[:])
			}
		}
	}
	if known == 0 {
		return ErrSignature
	}
	return nil
}

// withPassword is the address with a place for the secret as its password.
func withPassword(address string) string {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return address
	}
	return scheme + "://lastclick:SECRET@" + rest
}

// withParameter is the address with a place for the secret as a parameter.
func withParameter(address string) string {
	u, err := url.Parse(address)
	if err == nil && u.RawQuery != "" {
		return address + "&" + secretParameter + "=SECRET"
	}
	return address + "?" + secretParameter + "=SECRET"
}

// secretNote explains SECRET in an address.
const secretNote = "In that address SECRET is the secret of this checkout, as it was printed: letters and digits, which an address takes as they are."
