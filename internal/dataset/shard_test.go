package dataset

import (
	"math"
	"slices"
	"testing"

	"mlpipeline/internal/testutil"
)

// The first files of a list are those of the least name, whatever the shard; a forged shard is none.
func TestShard(t *testing.T) {
	for i := range 3 {
		_, first := (&Shard{I: i, N: 3}).Choose([]string{"b/c.csv", "a/b.csv", "x/a.csv", "a/a.csv.gz", "d.csv"})
		if want := []string{"a/a.csv.gz", "x/a.csv"}; !slices.Equal(first, want) {
			t.Errorf("shard %d: first %v, want %v", i, first, want)
		}
	}
	for _, p := range []Shard{{I: 0, N: math.MaxInt}, {I: 3, N: 3}, {I: -1, N: 3}, {}} {
		testutil.Fails(t, Complete([]*Shard{&p}), "is none")
	}
	testutil.Fails(t, Complete([]*Shard{{I: 0, N: 12, Files: 1}}), "11 of 12 shards are missing: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, …")
}
