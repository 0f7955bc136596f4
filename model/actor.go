package model

import (
	"fmt"
	"slices"
	"time"
)

// Role is what a person is allowed to do. Each role includes those below it.
type Role string

// Roles, from the most to the least.
const (
	Admin  Role = "admin"  // runs the platform, sees every client
	Owner  Role = "owner"  // all of one client, and its team
	Member Role = "member" // links, events and stats of one client
	Viewer Role = "viewer" // stats of one client
)

// Roles are those of a client's people, from the most to the least.
var Roles = []Role{Owner, Member, Viewer}

// rank orders the roles, the least being 1.
func (r Role) rank() int {
	return 4 - slices.Index([]Role{Admin, Owner, Member, Viewer}, r)
}

// Actor is a signed-in person and the client they work on. Every method of the store
// that reads or changes a client's data takes one and checks it.
type Actor struct {
	Person int64  // 0 for the daemon itself
	Name   string // the person's
	Role   Role
	Client string // the slug; empty for an admin who has not chosen
	Key    string // the fingerprint of the key that signed in

	Certificate *Certificate // that signed in; nil for the plain key
}

// Can says whether the actor's role includes role.
func (a Actor) Can(role Role) bool {
	return role.known() && a.Role.known() && a.Role.rank() >= role.rank()
}

func (r Role) known() bool { return r == Admin || slices.Contains(Roles, r) }

// Require refuses an actor whose role does not include role.
func (a Actor) Require(role Role) error {
	if a.Can(role) {
		return nil
	}
	if role == Admin {
		return &Error{Kind: Denied, Msg: "only an admin of the platform may do this"}
	}
	of := ""
	if a.Client != "" {
		of = " of " + a.Client
	}
	who := "an owner" + of + " can do it"
	if role == Member {
		who = "a member or an owner" + of + " can do it"
	}
	return &Error{Kind: Denied, Msg: fmt.Sprintf("your role %s does not allow this", a.Role), Hint: who + ", and so can an admin of the platform"}
}

// RequireClient refuses an actor whose role does not include role, or who has no client to
// work on; it returns that client's slug.
func (a Actor) RequireClient(role Role) (string, error) {
	if err := a.Require(role); err != nil {
		return "", err
	}
	if a.Client == "" {
		return "", &Error{Kind: Invalid, Field: "client", Msg: "no client is chosen", Hint: "name one with --client SLUG, or add the first with: client add"}
	}
	return a.Client, nil
}

// Person is a person who can sign in.
type Person struct {
	ID        int64      `json:"-"`
	Name      string     `json:"name"`
	Email     *string    `json:"email"`
	Role      Role       `json:"role"`
	Client    *string    `json:"client"` // nil for an admin
	Keys      []Key      `json:"keys"`
	LastSeen  *time.Time `json:"last_seen"`
	CreatedAt time.Time  `json:"created_at"`
}

// Key is a public key that signs a person in.
type Key struct {
	Fingerprint string     `json:"fingerprint"` // SHA256:…
	Public      string     `json:"public"`      // "ssh-ed25519 AAAA…", without the comment
	Comment     string     `json:"comment"`
	Person      string     `json:"person"`
	LastSeen    *time.Time `json:"last_seen"`
	CreatedAt   time.Time  `json:"created_at"`
}

// NewPerson is what `promoter add` and `promoter invite` take; an empty Role is
// member. Key is empty for an invite, and where NoKey says that the person signs in with a
// certificate alone.
type NewPerson struct {
	Name, Email string
	Role        Role
	Key         Key
	NoKey       bool
}

// Validate returns n with its texts as they are stored, or every fault, joined.
func (n NewPerson) Validate() (NewPerson, error) {
	var faults FieldErrors
	set(&faults, &n.Name)(CheckText("name", n.Name, MaxName))
	if n.Email != "" {
		set(&faults, &n.Email)(CheckEmail("email", n.Email))
	}
	if n.Role == "" {
		n.Role = Member
	}
	if n.Role != Admin {
		if err := CheckClientRole(n.Role); err != nil {
			faults.Add(err)
		}
	}
	n.Key.Comment = Truncate(Clean(n.Key.Comment), MaxName)
	return n, faults.Err()
}

// CheckClientRole takes a role that a person has at a client.
func CheckClientRole(r Role) error {
	if slices.Contains(Roles, r) {
		return nil
	}
	return Invalidf("role", "role %q must be owner, member or viewer", Truncate(Clean(string(r)), 40))
}

// Invite is a code that makes the key that enters it first the invited person's.
type Invite struct {
	Code      string    `json:"code"` // shown once, when it is made
	Name      string    `json:"name"`
	Email     string    `json:"email"`
	Role      Role      `json:"role"`
	Client    *string   `json:"client"`
	ExpiresAt time.Time `json:"expires_at"`
	CreatedAt time.Time `json:"created_at"`
}

// AuditEntry is one change that a person made.
type AuditEntry struct {
	ID     int64     `json:"id"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
	Client *string   `json:"client"`
	Action string    `json:"action"` // "link add", as the command is called
	Object string    `json:"object"` // the code, slug, name or fingerprint
	Before *string   `json:"before"` // JSON, nil where there was nothing
	After  *string   `json:"after"`
}
