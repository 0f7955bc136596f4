package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"

	"lastclick/model"
	"lastclick/server/command"
)

// writeKey makes an SSH key pair of a person: the private key in the file at path, for
// ssh -i, and the public key as a line.
func writeKey(path, name string) (string, error) {
	pub, priv, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return "", err
	}
	block, err := ssh.MarshalPrivateKey(priv, "lastclick demo")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		return "", err
	}
	return publicLine(pub, name)
}

// demoKey is the key of a person who does not sign in.
func demoKey(name string) (model.Key, error) {
	pub, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return model.Key{}, err
	}
	line, err := publicLine(pub, name)
	if err != nil {
		return model.Key{}, err
	}
	return command.ParseKey(line)
}

func publicLine(pub ed25519.PublicKey, name string) (string, error) {
	p, err := ssh.NewPublicKey(pub)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(p))) + " " + name, nil
}
