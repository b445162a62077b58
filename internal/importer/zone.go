package importer

import (
	"time"

	"mlpipeline/internal/dataset"
)

const day = dataset.Time(24 * time.Hour / time.Microsecond)

// hourTwice tells the first of an hour that comes twice from the second, in each group of
// rows: it is over when its times go back, or one comes again.
type hourTwice map[string]*struct {
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
		s := h[row.Group]
		if s == nil {
			s = &struct {
				last   dataset.Time
				second bool
			}{last: dataset.NoTime}
			h[row.Group] = s
		}
		if row.Time > s.last+day {
			s.second = false
		} else if row.Time <= s.last {
			s.second = true
		}
		if s.last = row.Time; s.second {
			row.Time += row.later
			copy(row.Line, row.Time.Append(nil))
		}
	}
}
