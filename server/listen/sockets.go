package listen

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/coreos/go-systemd/v22/activation"

	"lastclick/model"
)

// Sockets takes the listening sockets that systemd passed to this process (LISTEN_FDS; see
// systemd.socket(5)), by the names that FileDescriptorName gave them: each must be one of
// names and come once. They are gone from the environment afterwards, so that a second call
// finds none. On an error nothing is left open.
func Sockets(names ...string) (sockets map[string]net.Listener, err error) {
	sockets = map[string]net.Listener{}
	defer func() {
		if err != nil {
			for _, l := range sockets {
				_ = l.Close()
			}
		}
	}()
	for _, f := range activation.Files(true) {
		if e := take(f, names, sockets); e != nil && err == nil {
			err = e
		}
	}
	return sockets, err
}

// take adds the listener of f to sockets and closes f, of which it is a copy.
func take(f *os.File, names []string, sockets map[string]net.Listener) error {
	defer f.Close()
	name := f.Name()
	if !slices.Contains(names, name) {
		return fmt.Errorf("systemd passed a socket named %q: set FileDescriptorName= in its unit to one of %s", model.Line(name), strings.Join(names, ", "))
	}
	if sockets[name] != nil {
		return fmt.Errorf("systemd passed two sockets named %s: give each socket unit one ListenStream=, such as ListenStream=443, which is IPv4 and IPv6", name)
	}
	l, err := net.FileListener(f)
	if err != nil {
		return fmt.Errorf("the socket %s of systemd cannot be used: %w", name, err)
	}
	if _, ok := l.(*net.TCPListener); !ok {
		_ = l.Close()
		return fmt.Errorf("the socket %s of systemd is not TCP: give its unit a ListenStream= with a port", name)
	}
	sockets[name] = l
	return nil
}
