package command

// keptSecret says how one kind of secret is kept.
type keptSecret struct {
	Name  string `json:"name"`
	Kept  string `json:"kept"` // clear, hash or no: not at all
	About string `json:"about"`
}

// keptSecrets are all that this program keeps or is given, as the schema and the daemon
// have them: a change there changes this.
var keptSecrets = []keptSecret{
	{"checkout secrets", "clear", "in the database, since a signature is checked with the secret itself; shown once. A leak lets others post orders: checkout rotate NAME, then --end-old --force"},
	{"tokens of shops' APIs", "clear", "in the database, since the shop wants the token itself; never shown. After a leak make a new one in the shop: checkout set NAME --token-stdin"},
	{"hook secrets", "clear", "in the database, since our webhooks are signed with them; shown once. After a leak: hook remove and hook add, which makes a new one"},
	{"receipt keys", "clear", "in the database, since receipts and click tokens are signed with them, and with PostgreSQL in cache.snapshot of each node's --data too, so that a node redirects without its database; never shown. A leak lets others make up clicks: receipt-key rotate, then --end-old --force"},
	{"SSH host key", "clear", "on PostgreSQL in the database and in cache.snapshot of each node's --data, else in ssh_host_ed25519_key of --data or the file of --host-key; never shown. A leak lets others pretend to be this platform: host-key rotate --now"},
	{"customer secret", "clear", "in the database: customers are keyed hashes of their id or e-mail address, made with it, and so are the tokens that end reports. A new one would make every customer new, so it is never changed"},
	{"stats pages", "clear", "in the database, since mails and link show give the address again. It opens one link's numbers. After a leak: renew it on the link's page in the console"},
	{"invite codes", "hash", "SHA-256 in the database. Until its mail is sent or given up, the code itself waits in the outbox there; it works once, and for some days"},
	{"people's SSH keys", "no", "only the public halves, which are no secret. Certificates are not kept, and the CA's key is not here"},
	{"tokens that end reports", "no", "each is made of the report's number and the customer secret. It ends the mails of one report, and opens nothing"},
	{"SMTP password, database URL", "no", "only where you keep them, in a flag, the environment or a _FILE; never in the log"},
	{"proofs of deliveries", "no", "bodies of orders stand in the inbox, with what the shop says of the buyer; their signatures and credentials do not"},
}

// printSecretsHelp says what is kept in clear.
func (s *session) printSecretsHelp() error {
	return s.reply(answer{json: map[string]any{"secrets": keptSecrets}, text: func(p *page) {
		p.say("What lastclick keeps of secrets. Those in clear are needed as they are; nothing encrypts them but your disk. So a copy of the database is a copy of them: keep lastclick.db and what lies beside it, its backups, the cache.snapshot of nodes, and dumps of PostgreSQL as you keep a password.")
		for _, kind := range []struct{ kept, title string }{{"clear", "Kept in clear"}, {"hash", "Kept as a hash"}, {"no", "Not kept"}} {
			var rows [][2]string
			for _, k := range keptSecrets {
				if k.Kept == kind.kept {
					rows = append(rows, [2]string{k.Name, k.About + "."})
				}
			}
			p.gap()
			p.title(kind.title)
			p.terms(rows)
		}
		p.gap()
		p.say("Without --smtp each mail is a file in outbox of --data, with the addresses of stats pages and the codes of invites in it. The audit and the log hold no secret. A backup that was made before a key or secret was ended brings it back: end it again after a restore.")
	}})
}
