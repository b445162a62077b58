package table

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"mlpipeline/internal/csv"
)

// Category is a column of words in a block, as codes into the words that the block
// has.
type Category struct {
	Codes []int32 // of each row: an index into Levels
	// Levels are the words in order of appearance, as they stand in the file but for
	// quotes. The first, "", stands for a missing cell.
	Levels []string

	index map[string]int32 // of what was seen: Levels, and what a missing cell is written as
	short [64]shortWord    // some of them once more, by a hash
}

// shortWord is a word of up to seven bytes: with their number in the eighth.
type shortWord struct {
	key  uint64
	code int32
}

// reset forgets what was read, and makes room for the codes of so many rows.
func (c *Category) reset(rows int) {
	c.Codes = resize(c.Codes, rows)
	c.Levels = append(c.Levels[:0], "")
	if c.index == nil {
		c.index = map[string]int32{}
	}
	clear(c.index)
	c.short = [64]shortWord{}
}

// read returns the code of a cell that begins at d[i], where such a cell has come
// before, and the index after it. Of a short one the end is found and the code is
// looked up without a branch that cannot be foreseen.
func (c *Category) read(d []byte, i int) (code int32, end int, ok bool) {
	x := binary.LittleEndian.Uint64(d[i:])
	ends := bytesOf(x, ',') | bytesOf(x, '\n') | bytesOf(x, '\r')
	if ends == 0 {
		end = cellEnd(d, i)
		code, ok = c.index[string(trimCR(d, i, end))] // without a copy
		return code, end, ok
	}
	n := bits.TrailingZeros64(ends) / 8
	key := x&(1<<(8*n)-1) | uint64(n)<<56
	word := &c.short[key*0x9e3779b97f4a7c15>>58]
	if word.key != key {
		if code, ok = c.index[string(d[i:i+n])]; !ok {
			return 0, i + n, n == 0
		}
		*word = shortWord{key, code}
	}
	return word.code, i + n, true
}

// bytesOf returns 0x80 in the lowest byte of x that is c, and 0 in those below it
// (H. S. Warren, Hacker's Delight, chapter 6).
func bytesOf(x uint64, c byte) uint64 {
	const ones = 0x0101010101010101
	x ^= ones * uint64(c)
	return (x - ones) &^ x & (ones << 7)
}

// code returns the code of a cell, a new one if it has not come before.
func (c *Category) code(cell []byte) (int32, error) {
	code, ok := c.index[string(cell)]
	if ok {
		return code, nil
	}
	word := string(cell)
	switch {
	case csv.Missing(cell): // code 0
	case !utf8.Valid(cell):
		return 0, fmt.Errorf("%q is not UTF-8; save the file as UTF-8", csv.Clip(word))
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
