package design

import (
	"fmt"
	"slices"
	"strings"

	"mlpipeline/internal/cli"
	"mlpipeline/internal/table"
)

// Category is a feature that holds words, its levels. Each of them is a column of
// X, 1 in the rows that have it and 0 in the others.
type Category struct {
	Name string `json:"name"`
	// Levels are known once a scaler is fitted, as it finished them; none of a column
	// that is left out.
	Levels []string `json:"levels"`
	Pooled []string `json:"pooled,omitempty"` // the rare ones, in byte order, that make up the level Other
	// Missing says that the last level is MissingLevel, of cells that are missing.
	Missing bool `json:"missing,omitempty"`
}

// MissingLevel is the level of missing cells under the policy Indicator.
const MissingLevel = "(missing)"

// Other is the level that rare levels are pooled in, the last of its category.
const Other = "(other)"

// category returns the category of a name, nil if there is none.
func (d *Design) category(name string) *Category {
	for k := range d.Categories {
		if d.Categories[k].Name == name {
			return &d.Categories[k]
		}
	}
	return nil
}

func (d *Design) checkCategories() error {
	last := -1
	for _, c := range d.Categories {
		i := slices.Index(d.Features, c.Name)
		if i < 0 {
			return fmt.Errorf("the category %q is not among the features", c.Name)
		}
		if i <= last {
			return fmt.Errorf("the category %q comes twice, or not in the order of the features", c.Name)
		}
		last = i
	}
	if len(d.Categories) > 0 && d.MaxLevels < 2 {
		return fmt.Errorf("a category of at most %d levels says nothing; 2 are the least", d.MaxLevels)
	}
	for _, c := range d.Categories {
		if !c.possible(d.MaxLevels) {
			return fmt.Errorf("the category %q has levels that none has", c.Name)
		}
	}
	return nil
}

// possible reports whether a scaler can have made the levels: words in the order of their
// bytes, no more than most, the last of them Other if some are pooled.
func (c *Category) possible(most int) bool {
	levels := c.Levels
	for _, last := range []struct {
		is    bool
		level string
	}{{c.Missing, MissingLevel}, {len(c.Pooled) > 0, Other}} {
		if n := len(levels); last.is {
			if n == 0 || levels[n-1] != last.level {
				return false
			}
			levels = levels[:n-1]
		}
	}
	if c.Missing {
		most++
	}
	return !slices.Contains(levels, "") && !slices.Contains(c.Pooled, "") && ascending(levels) && ascending(c.Pooled) &&
		len(c.Levels) <= most
}

// Unfinished returns the design without what a scaler finds out: levels, knots and what is
// made with them, and whether the rows show seasons. What is left is what its pass looks at.
func (d *Design) Unfinished() Design {
	unfinished := *d
	if d.AnnualAuto {
		unfinished.Annual = UsualAnnual
	}
	unfinished.Categories = make([]Category, len(d.Categories))
	for k, c := range d.Categories {
		unfinished.Categories[k] = Category{Name: c.Name, Levels: []string{}}
	}
	unfinished.Made, unfinished.means = d.Asked.observed(d), nil
	return unfinished
}

// Codes are the cells of a category in some rows.
type Codes struct {
	Codes []int32  // per row, an index into Words
	Words []string // the words of these rows and of their neighbours; the first, "", is a missing cell
	From  int      // the category's columns of X, To not included
	To    int
	// Column is the column of X per element of Words, −1 of a missing cell and of a
	// level that the design does not know: the average category, z = 0 in all its
	// columns.
	Column []int

	name string // of the category
}

// columnOf returns the columns of X of all words of a category, whose first level has
// column from.
func (c *Category) columnOf(from int) map[string]int {
	columns := make(map[string]int, len(c.Levels)+len(c.Pooled))
	for i, level := range c.Levels {
		columns[level] = from + i
	}
	for _, level := range c.Pooled {
		columns[level] = from + slices.Index(c.Levels, Other)
	}
	if c.Missing {
		columns[""] = from + len(c.Levels) - 1
	}
	return columns
}

// set takes over the words that a block has of a category.
func (c *Codes) set(t *Term, columnOf map[string]int, words []string) {
	c.name, c.From, c.To = t.Name, t.From, t.From+len(t.Columns)
	c.Words, c.Column = words, c.Column[:0]
	for _, word := range words {
		j, known := columnOf[word]
		if !known {
			j = -1
		}
		c.Column = append(c.Column, j)
	}
}

// Unseen reports whether row i has a level that the design does not know.
func (c *Codes) Unseen(i int) bool { return c.unknown(c.Codes[i]) }

// Doubt says why row i has no level of its own, "" if it has.
func (c *Codes) Doubt(i int) string {
	switch code := c.Codes[i]; {
	case c.From == c.To || c.Column[code] >= 0:
		return ""
	case code == 0:
		return c.name + " is missing"
	case c.unknown(code):
		return "training has no " + c.name + "=" + c.Words[code]
	}
	return ""
}

// unknown is Unseen of a code. A category without levels is left out, or not fitted
// yet: none is missed there.
func (c *Codes) unknown(code int32) bool {
	return code > 0 && c.Column[code] < 0 && c.From < c.To
}

// Counts returns how many of the rows have each element of Levels.
func (c *Codes) Counts() []int64 {
	counts := make([]int64, len(c.Words))
	for _, code := range c.Codes {
		counts[code]++
	}
	return counts
}

// Unseen counts the cells of levels that the design does not know. The zero value
// has seen none.
type Unseen struct {
	Cells  int64
	Levels []string // column=level: the first by bytes, those that are named and one more
}

// named is how many unseen levels a message names.
const named = 3

// add includes the rows of a block.
func (u *Unseen) add(categories []Codes) {
	for k := range categories {
		c := &categories[k]
		if c.From == c.To || !slices.Contains(c.Column[1:], -1) {
			continue
		}
		for code, n := range c.Counts() {
			if n > 0 && c.unknown(int32(code)) {
				u.Cells += n
				u.name(c.name + "=" + c.Words[code])
			}
		}
	}
}

func (u *Unseen) name(level string) {
	if i, found := slices.BinarySearch(u.Levels, level); !found {
		u.Levels = slices.Insert(u.Levels, i, level)
		u.Levels = u.Levels[:min(len(u.Levels), named+1)]
	}
}

// Merge includes what o has counted.
func (u *Unseen) Merge(o Unseen) {
	u.Cells += o.Cells
	for _, level := range o.Levels {
		u.name(level)
	}
}

// Near names the levels of a design that are near those that are named: they may
// be mistyped.
func (u Unseen) Near(d *Design) string {
	var near []string
	for _, level := range u.Levels[:min(named, len(u.Levels))] {
		for _, c := range d.Categories {
			if word, ok := strings.CutPrefix(level, c.Name+"="); ok {
				for _, name := range cli.Nearest(word, c.Levels) {
					near = append(near, c.Name+"="+name)
				}
			}
		}
	}
	if len(near) == 0 {
		return ""
	}
	return "; near them are " + table.Quote(near)
}

// String says what was counted, for a message; "" if nothing was.
func (u Unseen) String() string {
	if u.Cells == 0 {
		return ""
	}
	names := ""
	if len(u.Levels) > 0 { // which metrics of before do not name
		names = " (" + table.Quote(u.Levels[:min(named, len(u.Levels))])
		if len(u.Levels) > named {
			names += " …"
		}
		names += ")"
	}
	return fmt.Sprintf("%d cells of a level that the scaler has not seen%s count as the average category", u.Cells, names)
}
