package design

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mlpipeline/internal/dataset"
)

// clock tells the local time of moments that mostly follow each other.
type clock struct {
	zone     *time.Location
	holidays map[int64]bool // days since 1970-01-01

	from, to, offset int64 // µs: the offset from UTC of moments from from to to
	month            struct{ day, month int64 }
}

func newClock(d *Design) *clock {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		zone = time.UTC // CheckCalendar has said so
	}
	c := &clock{zone: zone, holidays: map[int64]bool{}}
	c.month.month = 1
	for _, date := range d.Holidays {
		if t, err := dataset.ParseTime(date); err == nil {
			c.holidays[int64(t)/day] = true
		}
	}
	return c
}

// local returns the day since 1970-01-01 and the µs of that day, where the clock hangs.
func (c *clock) local(t dataset.Time) (days, µs int64) {
	u := int64(t)
	if u < c.from || u >= c.to {
		at := time.UnixMicro(u).In(c.zone)
		_, offset := at.Zone()
		start, end := at.ZoneBounds()
		c.offset, c.from, c.to = int64(offset)*1e6, -1<<63, 1<<63-1
		if !start.IsZero() {
			c.from = start.UnixMicro()
		}
		if !end.IsZero() {
			c.to = end.UnixMicro()
		}
	}
	u += c.offset
	days = u / day
	if µs = u - days*day; µs < 0 {
		days, µs = days-1, µs+day
	}
	return days, µs
}

// level returns which of the levels of a calendar category a moment has, from 0.
func (c *clock) level(category string, t dataset.Time) int {
	days, µs := c.local(t)
	hour, weekday := int(µs/(day/24)), int(((days+3)%7+7)%7) // Monday is 0
	switch category {
	case "hour":
		return hour
	case "weekday":
		return weekday
	case "hour_of_week":
		return 24*weekday + hour
	case "month":
		if days != c.month.day {
			c.month.day, c.month.month = days, int64(time.Unix(days*86400, 0).UTC().Month())
		}
		return int(c.month.month) - 1
	}
	if c.holidays[days] {
		return 1
	}
	return 0
}

// codes writes the cells of a calendar category at the times, as codes of its levels from
// 1 on.
func (c *clock) codes(dst []int32, category string, times []dataset.Time) {
	for i, t := range times {
		dst[i] = int32(1 + c.level(category, t))
	}
}

// ParseHolidays reads dates, one a line, below a header or not, and returns them in order.
func ParseHolidays(lines []string) (dates []string, err error) {
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		t, err := time.Parse(time.DateOnly, line)
		if err != nil {
			if i == 0 {
				continue // a header
			}
			return nil, fmt.Errorf("line %d: %q is not a date such as 2026-12-25", i+1, line)
		}
		dates = append(dates, t.Format(time.DateOnly))
	}
	slices.Sort(dates)
	return slices.Compact(dates), nil
}
