package model

import (
	"fmt"
	"strings"
	"testing"
)

func ExampleHalfBlocks() {
	modules := []string{
		"#.#",
		"##.",
		"..#",
	}
	for _, line := range HalfBlocks(3, 0, func(x, y int) bool { return modules[y][x] == '#' }) {
		fmt.Println(line)
	}
	// Output:
	// █▄▀
	//   ▀
}

func TestHalfBlocks_OfBothGrounds_CoverTheSquareWithItsBorder(t *testing.T) {
	dark := func(x, y int) bool { return x == 0 && y == 0 }
	light := func(x, y int) bool { return !dark(x, y) }
	for _, c := range []struct {
		size, quiet int
		on          func(x, y int) bool
		want        string
	}{
		{1, 0, dark, "▀"},
		{1, 0, light, " "},
		{2, 0, dark, "▀ "},
		{2, 0, light, "▄█"},
		{1, 1, dark, " ▄ |   "},
		{1, 1, light, "█▀█|▀▀▀"}, // nothing beneath the third row
		{2, 2, dark, "      |  ▀   |      "},
		{2, 2, light, "██████|██▄███|██████"},
		{0, 0, light, ""},
	} {
		if got := strings.Join(HalfBlocks(c.size, c.quiet, c.on), "|"); got != c.want {
			t.Errorf("size %d, quiet %d: %q, want %q", c.size, c.quiet, got, c.want)
		}
	}
}
