package command

import (
	"strings"
	"testing"

	"lastclick/model"
)

// A certificate that signed in is shown, whatever its CA wrote into it.
func TestWhoami_Certificate_IsShown(t *testing.T) {
	until := noon.AddDate(0, 0, 1)
	for _, name := range append([]string{"ada@laptop"}, hostile...) {
		cert := &model.Certificate{KeyID: name, Serial: 42, Principals: []string{"Ada", name}, Authority: "SHA256:ca", ValidUntil: &until}
		for _, flag := range []string{"", "--json"} {
			got := caller{store: fakeStore{}, role: model.Member, width: 80, cert: cert}.run(t, words("whoami "+flag)...)
			if err := harmless(got.out + got.err); err != nil || got.code != 0 {
				t.Errorf("%q %s: exit %d, %v\n%q", name, flag, got.code, err, got.out)
			}
			if name == "ada@laptop" && flag == "" {
				golden(t, "whoami-certificate", got.out)
			}
			if flag != "" && !strings.Contains(got.out, `"serial":42`) {
				t.Errorf("no certificate in %s", got.out)
			}
		}
	}
}
