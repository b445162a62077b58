package times

import (
	"strings"
	"time"

	"mlpipeline/internal/dataset"
)

// clock is a time of day as it is written, and its zone.
type clock struct {
	hour, minute, second, micro int
	offset                      int // seconds east of UTC
	is, zoned                   bool
}

// read reads what is after a date: nothing, or a clock after T or blanks, or at once
// after digits or a colon.
func (c *clock) read(s string, digits, colon bool) (rest string, ok bool) {
	rest = strings.TrimLeft(s, " ")
	if rest == "" || !colon && len(rest) == len(s) && s[0] != 'T' && (!digits || !isDigit(s[0])) {
		return s, true // perhaps a zone
	}
	rest = strings.TrimPrefix(rest, "T")
	if rest == "" || !isDigit(rest[0]) {
		return s, rest != "" && len(rest) == len(strings.TrimLeft(s, " "))
	}
	number := rest
	_, n, _ := cutNumber(rest, 7)
	c.is = true
	switch n {
	case 1, 2:
		c.hour, _, rest = cutNumber(rest, 2)
		if len(rest) > 2 && (rest[0] == ':' || rest[0] == '.') {
			sign := rest[0]
			if c.minute, n, rest = cutNumber(rest[1:], 2); n != 2 {
				return number, false
			}
			if len(rest) > 2 && rest[0] == sign {
				if c.second, n, rest = cutNumber(rest[1:], 2); n != 2 {
					return number, false
				}
				rest = c.readFraction(rest)
			}
		}
	case 4, 6:
		c.hour, _, rest = cutNumber(rest, 2)
		c.minute, _, rest = cutNumber(rest, 2)
		if n == 6 {
			c.second, _, rest = cutNumber(rest, 2)
		}
	default:
		return number, false
	}
	if after, isHalf := c.readHalf(rest); isHalf {
		rest = after
	}
	return rest, true
}

// readFraction reads a fraction of a second, to the microsecond.
func (c *clock) readFraction(s string) (rest string) {
	if len(s) < 2 || s[0] != '.' && s[0] != ',' || !isDigit(s[1]) {
		return s
	}
	micro, n, rest := cutNumber(s[1:], 6)
	for ; n < 6; n++ {
		micro *= 10
	}
	more := len(rest) - len(strings.TrimLeft(rest, "0"))
	c.micro = micro
	return rest[more:] // what is finer is no time
}

// readHalf reads AM or PM, as A, a.m. and the like too.
func (c *clock) readHalf(s string) (rest string, ok bool) {
	rest = strings.TrimLeft(s, " ")
	word := strings.ToUpper(rest)
	for _, half := range []string{"A.M.", "P.M.", "AM", "PM", "A", "P"} {
		if strings.HasPrefix(word, half) && c.hour >= 1 && c.hour <= 12 {
			if c.hour %= 12; half[0] == 'P' {
				c.hour += 12
			}
			return rest[len(half):], true
		}
	}
	return s, false
}

// readZone reads the end of a time: Z, UTC, GMT, an offset, or both, and a remark that
// names it.
func (c *clock) readZone(s string) (ok bool) {
	s = strings.TrimLeft(s, " ")
	for _, name := range []string{"UTC", "GMT", "Z"} {
		if rest, is := strings.CutPrefix(s, name); is {
			s, c.zoned = rest, true
			break
		}
	}
	if c.is && len(s) >= 3 && (s[0] == '+' || s[0] == '-') {
		sign := s[:1]
		hours, n, rest := cutNumber(s[1:], 2)
		minutes, m := 0, 0
		if after := strings.TrimPrefix(rest, ":"); after != "" && isDigit(after[0]) {
			minutes, m, rest = cutNumber(after, 2)
		}
		if n != 2 || m == 1 || hours > 23 || minutes > 59 {
			return false
		}
		c.zoned = true
		if c.offset = hours*3600 + minutes*60; sign == "-" {
			c.offset = -c.offset
		}
		s = strings.TrimSuffix(strings.TrimLeft(rest, " "), "UTC")
		if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") { // as JavaScript writes its name
			s = ""
		}
	}
	return s == ""
}

// on returns the time at that clock of a day, all parts of which must be right. 24:00 is
// the next day's 0:00.
func (c *clock) on(year, month, day int) (t dataset.Time, ok bool) {
	hour := c.hour
	next := hour == 24 && c.minute == 0 && c.second == 0 && c.micro == 0
	if next {
		hour = 0
	}
	date := time.Date(year, time.Month(month), day, hour, c.minute, c.second, c.micro*1000, time.UTC)
	_, m, d := date.Date()
	if int(m) != month || d != day || date.Hour() != hour || date.Minute() != c.minute || date.Second() != c.second {
		return 0, false
	}
	if next {
		date = date.AddDate(0, 0, 1)
	}
	date = date.Add(-time.Duration(c.offset) * time.Second)
	return dataset.Time(date.UnixMicro()), date.Year() >= 0 && date.Year() <= 9999
}
