package dataset

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Shard says which share of a list of files an artifact is of: of N shares the
// I-th, with every N-th file in the order of names. Nil is the whole list.
type Shard struct {
	I     int    `json:"shard"` // from 0
	N     int    `json:"of"`
	Files int    `json:"files"` // in the whole list
	List  string `json:"list"`  // SHA-256 of their names and sizes
}

// ShardFlag is for flag.Func: it reads I/N, as 0/8 to 7/8.
func ShardFlag(shard **Shard) func(string) error {
	return func(s string) error {
		first, second, _ := strings.Cut(s, "/")
		i, err := strconv.Atoi(first)
		n, err2 := strconv.Atoi(second)
		switch {
		case err != nil || err2 != nil || i < 0 || i >= n:
			return errors.New("is not I/N, of N shards the I-th, counted from 0: 0/8 to 7/8")
		case n > maxShards:
			return fmt.Errorf("has more shards than %d", maxShards)
		}
		*shard = &Shard{I: i, N: n}
		return nil
	}
}

const maxShards = 4_000_000 // as many tasks as Slurm can have

func (p *Shard) String() string { return fmt.Sprintf("shard %d of %d", p.I, p.N) }

// Choose returns the files of the shard, and those that come first in the whole
// list: one, or as many as share its name.
func (p *Shard) Choose(paths []string) (mine, first []string) {
	paths = slices.SortedFunc(slices.Values(paths), func(a, b string) int {
		return cmp.Or(strings.Compare(Name(a), Name(b)), strings.Compare(filepath.Clean(a), filepath.Clean(b)))
	})
	hash := sha256.New()
	for i, path := range paths {
		size := int64(-1) // of what is not there, as will be said when it is read
		if info, err := os.Stat(path); err == nil {
			size = info.Size()
		}
		fmt.Fprintf(hash, "%q %d\n", Name(path), size)
		if i%p.N == p.I {
			mine = append(mine, path)
		}
		if Name(path) == Name(paths[0]) {
			first = append(first, path)
		}
	}
	p.Files, p.List = len(paths), hex.EncodeToString(hash.Sum(nil))
	return mine, first
}

// Unmerged refuses a shard where the whole is needed.
func (p *Shard) Unmerged(path, program string) error {
	if p == nil {
		return nil
	}
	return fmt.Errorf("%s: is only %v; run %s -merge on all of them", path, p, program)
}

// Check reports a shard that cannot be, or not of so many datasets.
func (p *Shard) Check(datasets int) error {
	if p == nil {
		return nil
	}
	if p.I < 0 || p.I >= p.N || p.N > maxShards || p.Files < 1 {
		return fmt.Errorf("%v of %d files is none", p, p.Files)
	}
	if want := (p.Files - 1 - p.I + p.N) / p.N; datasets != want { // every N-th file from the I-th on
		return fmt.Errorf("%v of %d files has %d datasets where %d are needed", p, p.Files, datasets, want)
	}
	return nil
}

// Complete reports what keeps artifacts from being merged: they must be all the
// shards of one list, each once, or no shards at all.
func Complete(shards []*Shard) error {
	if !slices.ContainsFunc(shards, func(p *Shard) bool { return p != nil }) {
		return nil
	}
	if slices.Contains(shards, nil) {
		return errors.New("some are shards and some are whole; merge the shards first, by themselves")
	}
	shards = slices.SortedStableFunc(slices.Values(shards), func(a, b *Shard) int { return cmp.Compare(a.I, b.I) })
	first, there := shards[0], make(map[int]bool, len(shards))
	for _, p := range shards {
		switch {
		case p.N > maxShards || p.I < 0 || p.I >= p.N:
			return fmt.Errorf("%v is none", p)
		case p.N != first.N:
			return fmt.Errorf("%v and %v do not belong together", first, p)
		case p.Files != first.Files:
			return fmt.Errorf("shard %d saw %d files where shard %d saw %d", p.I, p.Files, first.I, first.Files)
		case p.List != first.List:
			return fmt.Errorf("shard %d saw files of other names or sizes than shard %d", p.I, first.I)
		case there[p.I]:
			return fmt.Errorf("%v comes twice", p)
		}
		there[p.I] = true
	}
	const most = 10 // are named
	n := first.N - len(shards)
	var missing []string
	for i := 0; len(missing) < min(n, most); i++ {
		if !there[i] {
			missing = append(missing, strconv.Itoa(i))
		}
	}
	switch {
	case n > most:
		return fmt.Errorf("%d of %d shards are missing: %s, …", n, first.N, strings.Join(missing, ", "))
	case n > 0:
		return fmt.Errorf("shard %s of %d is missing", strings.Join(missing, ", "), first.N)
	}
	return nil
}
