package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-gota/gota/dataframe"
	"github.com/go-gota/gota/series"
)

// MostRows are the rows of a table that people are shown.
const MostRows = 12

// Table says a frame: its first rows, as aligned lines, and how many others there
// are and where.
func (p *Program) Table(df dataframe.DataFrame, where string) {
	rows := [][]string{df.Names()}
	for i := range min(df.Nrow(), MostRows) {
		row := make([]string, df.Ncol())
		for j := range row {
			row[j] = show(df.Elem(i, j))
		}
		rows = append(rows, row)
	}
	for _, line := range align(rows) {
		p.Logf("%s", line)
	}
	if more := df.Nrow() - MostRows; more > 0 {
		p.Logf("and %d more%s", more, where)
	}
}

// show writes a cell: of a number the four digits that are read at a glance, nothing
// for one that is not defined, and of words so many that a line remains one.
func show(e series.Element) string {
	if e.Type() != series.Float {
		const most = 40
		if text := []rune(e.String()); len(text) > most {
			return string(text[:most-1]) + "…"
		}
		return e.String()
	}
	v := e.Float()
	size := math.Abs(v)
	switch {
	case math.IsNaN(v):
		return ""
	case v == 0:
		return "0"
	case size >= 1e3 && size < 1e9:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case size >= 1e-3 && size < 1e3:
		return strconv.FormatFloat(v, 'f', 3-int(math.Floor(math.Log10(size))), 64)
	}
	return strconv.FormatFloat(v, 'e', 3, 64)
}

// align returns the rows of a table as lines with aligned columns: words to the
// left, numbers at the decimal point.
func align(rows [][]string) []string {
	lines := make([]string, len(rows))
	for j := range rows[0] {
		words, decimals := false, 0
		for _, row := range rows[1:] {
			_, err := strconv.ParseFloat(row[j], 64)
			words = words || row[j] != "" && err != nil
			decimals = max(decimals, fraction(row[j]))
		}
		cells, width := make([]string, len(rows)), 0
		for i, row := range rows {
			cells[i] = row[j]
			if !words && i > 0 {
				cells[i] += strings.Repeat(" ", decimals-fraction(row[j]))
			}
			width = max(width, utf8.RuneCountInString(cells[i]))
		}
		if words {
			width = -width
		}
		for i, cell := range cells {
			lines[i] += fmt.Sprintf("%*s  ", width, cell)
		}
	}
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return lines
}

// fraction is the length of a number from its decimal point on.
func fraction(number string) int { return len(number) - strings.IndexByte(number+".", '.') }

// Plural is a count and what is counted.
func Plural[N int | int64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Defined returns a figure for a column of a table, NaN for none.
func Defined(v *float64) float64 {
	if v == nil {
		return math.NaN()
	}
	return *v
}
