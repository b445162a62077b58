package table

import (
	"bytes"
	"fmt"
	"math"
	"sync"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/dataset"
)

// Block is a run of whole rows of one file, parsed once Parse has been called. It
// belongs to the scan, which uses its memory again once it is given back.
type Block struct {
	File  int    // index of the file in the scan
	End   string // "", but for the empty block after the last one of a file: the hash of the file's bytes
	Rows  int
	Times []dataset.Time // never going back; empty without a time column
	Cols  [][]float64    // as Scan.Columns; NaN is a missing reading
	Cats  []Category     // as Scan.Categories
	Gaps  int            // how many cells of Cols and Cats are missing
	Texts [][]string     // as Scan.Texts
	Also  *Block         // the same rows, as Scan.Also; nil for none

	data     []byte // the rows as written; ends in a newline once parsed
	line     int64  // line of the file on which data begins
	newlines int    // in data, those in quotes too
	layout   *layout
	sketch   dataset.Sketch
	hashes   []uint64 // of the rows; memory of sample
	free     *sync.Pool
}

// sample makes the sketch of the block's rows, by hashes of their numbers, words
// and times. A row that repeats the one before, but for the time, or has no cell at
// all does not enter the sample: it says nothing of where it is from, since
// dry days and dark nights are the same in every file.
func (b *Block) sample() {
	b.sketch = dataset.Sketch{Least: b.sketch.Least[:0]}
	b.hashes = resize(b.hashes, b.Rows)
	clear(b.hashes)
	empty := uint64(0) // hash of a row without any cell
	for j, col := range b.Cols {
		factor := b.layout.factor[j]
		empty += spread(math.Float64bits(math.NaN())) * factor
		addHashes(b.hashes, col, factor)
	}
	for k := range b.Cats {
		c := &b.Cats[k]
		words := c.hashes(b.layout.factor[len(b.Cols)+k])
		empty += words[0]
		hashes := b.hashes[:len(c.Codes)]
		for i, code := range c.Codes {
			hashes[i] += words[code]
		}
	}
	limit, before := b.sketch.Limit(), empty
	for i, hash := range b.hashes {
		telling := hash != before && hash != empty
		before = hash
		if b.layout.timed {
			hash += spread(uint64(b.Times[i])) * timeFactor
		}
		hash = (hash ^ hash>>32) * 0x9e3779b97f4a7c15 // 2⁶⁴/φ, odd
		hash ^= hash >> 29
		b.sketch.Sum += hash
		if !telling {
			continue
		}
		b.sketch.Rows++
		if hash < limit {
			b.sketch.Sample(hash)
			limit = b.sketch.Limit()
		}
	}
}

// addHashes adds what the numbers of a column count in the hashes of their rows.
func addHashes(hashes []uint64, col []float64, factor uint64) {
	hashes = hashes[:len(col)]
	for i, v := range col {
		hashes[i] += spread(math.Float64bits(v+0)) * factor // + 0: −0 is 0
	}
}

// spread brings the upper bits of a number, which are all that a small integer
// has in float64, down to where a product takes them up.
func spread(bits uint64) uint64 { return bits ^ bits>>47 }

const timeFactor = 0xd6e8feb86659fd93 // odd and random

func (b *Block) lineAt(i int) int64 {
	return b.line + int64(bytes.Count(b.data[:i], []byte("\n")))
}

func (b *Block) errorOn(line int64, column string, err error) error {
	return fmt.Errorf("%s:%d: column %q: %w", b.layout.file.Path, line, column, err)
}

func (b *Block) ragged(line int64, cells int) error {
	return fmt.Errorf("%s:%d: %s where the header has %d", b.layout.file.Path, line,
		cli.Plural(cells, "cell", "cells"), len(b.layout.slot))
}

// Errorf returns an error about one cell, with its file, line and column.
func (b *Block) Errorf(row int, column, format string, args ...any) error {
	r, line := reader(b.data), 1
	for i := 0; i <= row; i++ {
		if _, err := r.Read(); err != nil {
			break
		}
		line, _ = r.FieldPos(0)
	}
	return b.errorOn(b.line+int64(line)-1, column, fmt.Errorf(format, args...))
}
