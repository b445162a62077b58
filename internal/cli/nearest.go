package cli

import (
	"slices"
	"strings"
)

// Nearest returns the names, three at the most, that a mistyped one may be meant
// for, nearest first: those that differ from it in case alone or in a third of its
// letters or less, and those that hold it or that it holds, if the shorter has more
// than a third of the letters.
func Nearest(name string, names []string) []string {
	type candidate struct {
		name string
		far  int
	}
	var near []candidate
	wanted := strings.ToLower(name)
	most := (len(wanted) + 1) / 3
	for _, n := range names {
		lower := strings.ToLower(n)
		far := distance(wanted, lower)
		part := strings.Contains(lower, wanted) || strings.Contains(wanted, lower)
		if shorter := min(len(wanted), len(lower)); part && shorter > 2 && max(len(wanted), len(lower)) < 3*shorter {
			far = min(far, most)
		}
		if far == 0 || far <= most && far < len(wanted) {
			near = append(near, candidate{n, far})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.far - b.far })
	var nearest []string
	for _, c := range near[:min(3, len(near))] {
		nearest = append(nearest, c.name)
	}
	return nearest
}

// distance is how many letters must be put in, taken out, changed or swapped with
// the next to make b of a (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x)*len(y) > 1<<14 {
		return len(x) + len(y)
	}
	rows := make([][]int, len(x)+1)
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
		rows[i][0] = i
		for j := range rows[i] {
			if i == 0 {
				rows[0][j] = j
			} else if j > 0 {
				change := 1
				if x[i-1] == y[j-1] {
					change = 0
				}
				rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
				if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
					rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
				}
			}
		}
	}
	return rows[len(x)][len(y)]
}
