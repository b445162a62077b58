package table

import (
	"fmt"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// Category is a column of words in a block, as codes into the words that the block
// has.
type Category struct {
	Codes []int32 // of each row: an index into Levels
	// Levels are the words in order of appearance, as they stand in the file but for
	// quotes. The first, "", stands for a missing cell.
	Levels []string

	index map[string]int32 // of what was seen: Levels, and what a missing cell is written as
}

// reset forgets what was read, and makes room for the codes of so many rows.
func (c *Category) reset(rows int) {
	c.Codes = resize(c.Codes, rows)
	c.Levels = append(c.Levels[:0], "")
	if c.index == nil {
		c.index = map[string]int32{}
	}
	clear(c.index)
}

// few is up to how many levels are compared one by one, which is faster than a map.
const few = 8

// known returns the code of a cell that has come before.
func (c *Category) known(cell []byte) (code int32, ok bool) {
	levels := c.Levels
	if len(levels) <= few {
		for i, level := range levels {
			if string(cell) == level { // without a copy, as in the map
				return int32(i), true
			}
		}
	}
	code, ok = c.index[string(cell)]
	return code, ok
}

// code returns the code of a cell, a new one if it has not come before.
func (c *Category) code(cell []byte) (int32, error) {
	code, ok := c.known(cell)
	if ok {
		return code, nil
	}
	word := string(cell)
	switch {
	case missing(cell): // code 0
	case !utf8.Valid(cell):
		return 0, fmt.Errorf("%q is not UTF-8; save the file as UTF-8", clip(word))
	default:
		code = int32(len(c.Levels))
		c.Levels = append(c.Levels, word)
	}
	c.index[word] = code
	return code, nil
}

// gaps returns how many cells are missing.
func (c *Category) gaps() (n int) {
	for _, code := range c.Codes {
		if code == 0 {
			n++
		}
	}
	return n
}

// hashes returns what each level counts in the hash of a row: by its text, since
// codes are the block's own.
func (c *Category) hashes(factor uint64) []uint64 {
	words := make([]uint64, len(c.Levels))
	for i, level := range c.Levels {
		words[i] = spread(xxhash.Sum64String(level)) * factor
	}
	return words
}
