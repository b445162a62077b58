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
		zone = time.UTC // checkCalendar has said so
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

// calendar is a category of the local time: its levels, in the order of their bytes, and
// which of them a moment has, from 0.
type calendar struct {
	name   string
	levels []string
	level  func(c *clock, days int64, hour, weekday int) int
}

var calendars = []calendar{
	{"hour", numbered("%02d", 0, 23), func(_ *clock, _ int64, hour, _ int) int { return hour }},
	{"weekday", numbered("%d", 1, 7), func(_ *clock, _ int64, _, weekday int) int { return weekday }},
	{"month", numbered("%02d", 1, 12), func(c *clock, days int64, _, _ int) int {
		if days != c.month.day {
			c.month.day, c.month.month = days, int64(time.Unix(days*86400, 0).UTC().Month())
		}
		return int(c.month.month) - 1
	}},
	{"hour_of_week", hoursOfWeek(), func(_ *clock, _ int64, hour, weekday int) int { return 24*weekday + hour }},
	{"holiday", []string{"no", "yes"}, func(c *clock, days int64, _, _ int) int {
		if c.holidays[days] {
			return 1
		}
		return 0
	}},
}

func numbered(format string, from, to int) (names []string) {
	for i := from; i <= to; i++ {
		names = append(names, fmt.Sprintf(format, i))
	}
	return names
}

func hoursOfWeek() (names []string) {
	for weekday := 1; weekday <= 7; weekday++ {
		names = append(names, numbered(fmt.Sprint(weekday, "-%02d"), 0, 23)...)
	}
	return names
}

// calendarOf returns the calendar category of a name, nil if there is none.
func calendarOf(name string) *calendar {
	for i := range calendars {
		if calendars[i].name == name {
			return &calendars[i]
		}
	}
	return nil
}

// codes writes the cells of a calendar category at the times, as codes of its levels from
// 1 on.
func (c *clock) codes(dst []int32, of *calendar, times []dataset.Time) {
	for i, t := range times {
		days, µs := c.local(t)
		hour, weekday := int(µs/(day/24)), int(((days+3)%7+7)%7) // Monday is 0
		dst[i] = int32(1 + of.level(c, days, hour, weekday))
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
			if i == 0 && !strings.ContainsAny(line, "0123456789") {
				continue // a header
			}
			return nil, fmt.Errorf("%d: %q is not a date such as 2026-12-25", i+1, line)
		}
		dates = append(dates, t.Format(time.DateOnly))
	}
	slices.Sort(dates)
	return slices.Compact(dates), nil
}

// Outlived says of rows up to a time that the list of holidays ends in an earlier year, "" if not.
func (d *Design) Outlived(last dataset.Time) string {
	if len(d.Holidays) == 0 || last == dataset.NoTime {
		return ""
	}
	ends := d.Holidays[len(d.Holidays)-1]
	if last.String()[:4] <= ends[:4] {
		return ""
	}
	return fmt.Sprintf("its rows go on to %s, and the list of holidays only to %s: later ones count as none; "+
		"model_preprocessing -holidays takes a list of years to come as well", last.String()[:10], ends)
}
