package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"lastclick/model"
	"lastclick/server/command"
)

// ensureAdmins makes the keys of --admin-key admins. Without any, and with no admin yet,
// the keys in ~/.ssh become the admin's, so that the person who starts the daemon first
// can sign in to it.
func ensureAdmins(ctx context.Context, store model.Store, flags []string, home string, log *slog.Logger) error {
	keys, err := adminKeys(flags)
	if err != nil {
		return err
	}
	source := "--admin-key"
	if len(flags) == 0 {
		has, err := store.HasAdmin(ctx)
		if err != nil || has {
			return err
		}
		if keys = homeKeys(home); len(keys) == 0 {
			log.Warn(`no one can sign in yet: make a key with "ssh-keygen -t ed25519" and start again, or name one with --admin-key FILE`)
			return nil
		}
		source = filepath.Join(home, ".ssh")
	}
	people := make([]model.NewPerson, 0, len(keys))
	for _, k := range keys {
		name := model.Truncate(model.Clean(k.Comment), model.MaxName)
		if name == "" {
			name = "admin"
		}
		people = append(people, model.NewPerson{Name: name, Role: model.Admin, Key: k})
	}
	added, err := store.EnsureAdmins(ctx, people)
	for _, k := range added {
		log.Info("this key now signs in as admin", "fingerprint", k.Fingerprint, "from", source)
	}
	return err
}

// adminKeys reads the flags: each is a key, or a file of keys, one a line.
func adminKeys(flags []string) ([]model.Key, error) {
	var keys []model.Key
	for _, f := range flags {
		k, err := command.ParseKey(f)
		if err == nil {
			keys = append(keys, k)
			continue
		}
		if looksLikeKey(f) {
			return nil, fmt.Errorf("--admin-key: %w", err)
		}
		more, err := keysOf(f)
		if err != nil {
			return nil, fmt.Errorf("--admin-key: %w", err)
		}
		if len(more) == 0 {
			return nil, fmt.Errorf("--admin-key: %s holds no public key: name the file that ends in .pub", f)
		}
		keys = append(keys, more...)
	}
	return keys, nil
}

func looksLikeKey(s string) bool {
	kind, _, spaced := strings.Cut(s, " ")
	return spaced && (strings.HasPrefix(kind, "ssh-") || strings.HasPrefix(kind, "ecdsa-") || strings.HasPrefix(kind, "sk-"))
}

// homeKeys are the public keys in ~/.ssh; files that hold none are passed over.
func homeKeys(home string) []model.Key {
	if home == "" {
		return nil
	}
	files, _ := filepath.Glob(filepath.Join(home, ".ssh", "*.pub"))
	var keys []model.Key
	for _, f := range files {
		if k, err := keysOf(f); err == nil {
			keys = append(keys, k...)
		}
	}
	return keys
}

// maxKeyFile bounds a file of keys in bytes.
const maxKeyFile = 64 << 10

func keysOf(path string) ([]model.Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxKeyFile {
		return nil, fmt.Errorf("%s has %d bytes, a file of keys at most %d", path, info.Size(), maxKeyFile)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var keys []model.Key
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := command.ParseKey(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}
