// Command screenshots makes pictures of the console, SVG and PNG: it builds the program,
// starts its demo, which stands still at a fixed time, and signs in over SSH for each picture,
// so that the same program gives the same pictures.
//
//	go run ./scripts/screenshots                       # all, into dist/screenshots
//	go run ./scripts/screenshots -only link -png=false # those whose name contains "link"
//	go run ./scripts/screenshots -readme               # the README's, into .github
//
// PNG needs chromium.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	out := flag.String("o", filepath.Join("dist", "screenshots"), "the folder that the pictures go into")
	only := flag.String("only", "", "only pictures whose name contains this")
	png := flag.Bool("png", true, "make PNG files too")
	readme := flag.Bool("readme", false, "make the README's pictures, as SVG, into .github")
	program := flag.String("program", "", "the program to show, in place of one that is built from here")
	flag.Parse()
	shots := all()
	if *readme {
		shots, *out, *png = ofReadme(), ".github", false
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, shots, *out, *only, *program, *png); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, shots []shot, out, only, program string, png bool) (err error) {
	work, err := os.MkdirTemp("", "lc-shots-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if program == "" {
		program = filepath.Join(work, "lastclick")
		build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/lastclick")
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return fmt.Errorf("go build: %w", err)
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	d, err := startDemo(ctx, program, work)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.stop()) }()
	var faults []error // one picture that fails does not keep the others
	for _, s := range shots {
		if !strings.Contains(s.name, only) || ctx.Err() != nil {
			continue
		}
		if err := s.take(ctx, d, out, work, png); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", s.name, err))
		}
	}
	return errors.Join(faults...)
}

// take makes one picture.
func (s shot) take(ctx context.Context, d *demo, out, work string, png bool) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	rows, err := d.show(ctx, s)
	if err != nil {
		return err
	}
	path := filepath.Join(out, s.name+".svg")
	picture := drawSVG(rows, s.look.palette)
	if err := os.WriteFile(path, []byte(picture), 0o644); err != nil {
		return err
	}
	fmt.Println(path, len(picture), "bytes")
	if !png {
		return nil
	}
	return toPNG(ctx, path, filepath.Join(out, s.name+".png"), filepath.Join(work, "chromium"), s.w, s.h)
}

// toPNG has Chromium draw the picture.
func toPNG(ctx context.Context, svg, png, profile string, w, h int) error {
	svg, err := filepath.Abs(svg)
	if err != nil {
		return err
	}
	size := fmt.Sprintf("--window-size=%d,%d", 2*margin+w*cellWidth, 2*margin+h*cellHeight)
	cmd := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--default-background-color=00000000",
		"--user-data-dir="+profile, size, "--screenshot="+png, "file://"+svg)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("chromium: %w\n%s", err, said)
	}
	return nil
}
