package importer

import (
	"time"

	"mlpipeline/internal/dataset"
)

const day = dataset.Time(24 * time.Hour / time.Microsecond)

// hourTwice tells the first of an hour that comes twice from the second, in each group of
// rows: it is over when its times go back, or one comes again.
type hourTwice map[string]struct {
	last   dataset.Time
	second bool
}

// settle moves the rows of a chunk that are in the second, and writes their times anew.
func (h hourTwice) settle(c *Chunk) {
	for i := range c.Rows {
		row := &c.Rows[i]
		if row.later == 0 {
			continue
		}
		s, seen := h[row.Group]
		if !seen || row.Time > s.last+day {
			s.second = false
		} else if row.Time <= s.last {
			s.second = true
		}
		s.last = row.Time
		if h[row.Group] = s; s.second {
			row.Time += row.later
			copy(row.Line, row.Time.Append(nil))
		}
	}
}
