package times

import (
	"strings"
	"time"
	"unicode"
)

// pattern is a way to write a date, cut into fields and what stands between them.
type pattern struct {
	fields               []string
	day, clock, digits   bool // it has a day, a clock of its own, nothing but digits
	colon, week, yearDay bool // a clock follows at once; it has a week, a day of the year
}

// fieldNames are the fields of a pattern: Y is a year of two or four digits, Mon the name
// of a month in any language, Day that of a weekday, DDD the day of the year, WW a week.
var fieldNames = []string{"YYYY", "YY", "Y", "Mon", "MM", "M", "DDD", "Day", "DD", "D", "WW", "hh", "h", "mm", "ss",
	"PM"}

// compile reads a pattern, and reports whether it has a year. Zones are not part of it.
func compile(words string) (p *pattern, hasYear bool) {
	p = &pattern{digits: true, colon: strings.HasSuffix(words, ":")}
	words, _, _ = strings.Cut(words, "±")
	for _, zone := range []string{" ", "Z", " UTC", " GMT"} {
		words = strings.TrimSuffix(words, zone)
	}
	for words != "" {
		n := 0
		for _, field := range fieldNames {
			if strings.HasPrefix(words, field) && n == 0 {
				n = len(field)
			}
		}
		if n == 0 { // a sign; a backslash is before a letter that is one
			words = strings.TrimPrefix(words, `\`)
			n = len(string([]rune(words)[0]))
			p.fields = append(p.fields, `\`+words[:n])
			p.digits = false
		} else {
			field := words[:n]
			p.fields = append(p.fields, field)
			hasYear = hasYear || field[0] == 'Y'
			p.day = p.day || field[0] == 'D' && field != "Day"
			p.yearDay = p.yearDay || field == "DDD"
			p.week = p.week || field == "WW"
			p.clock = p.clock || field[0] == 'h'
			p.digits = p.digits && field != "Mon" && field != "Day"
		}
		words = words[n:]
	}
	return p, hasYear
}

// read reads a time, of a period, two with " - " between them, its beginning.
func (p *pattern) read(s string) (r Reading, ok bool) {
	if day, is := strings.CutSuffix(strings.TrimSuffix(s, "."), " г"); is { // year, as Russian dates end
		s = day
	}
	if r, ok = p.readOne(s); ok {
		return r, true
	}
	from, to, ok := strings.Cut(s, " - ")
	if ok {
		if _, ok = p.readOne(to); ok {
			return p.readOne(from)
		}
	}
	return r, false
}

func (p *pattern) readOne(s string) (r Reading, ok bool) {
	d := date{month: 1, day: 1}
	for _, field := range p.fields {
		if s, ok = d.read(field, s); !ok {
			return r, false
		}
	}
	c := &d.clock
	if p.day && !p.clock {
		if s, ok = c.read(s, p.digits, p.colon); !ok {
			return r, false
		}
	} else if p.clock {
		s = c.readFraction(s)
	}
	if ok = c.readZone(s); !ok || p.digits && (d.year < 1500 || d.year > 2200) || (c.is || c.zoned) && !p.day {
		return r, false
	}
	switch {
	case p.week:
		if d.year, d.month, d.day, ok = dayOfWeek(d.year, d.week, d.day); !ok {
			return r, false
		}
	case p.yearDay:
		if d.month, d.day, ok = dayOfYear(d.year, d.day); !ok {
			return r, false
		}
	}
	r.Time, ok = c.on(d.year, d.month, d.day)
	r.Clock, r.Zoned = c.is, c.zoned
	return r, ok
}

// date is what has been read of a date, and of a clock within it.
type date struct {
	year, month, day, week int
	clock
}

// read reads a field of a pattern off a text.
func (d *date) read(field, s string) (rest string, ok bool) {
	least, most := len(field), len(field)
	switch field {
	case "M", "D", "h", "hh":
		least, most = 1, 2
	case "Y":
		least, most = 2, 4
	case "Mon":
		name, rest := cutWord(s)
		d.month, ok = monthOf(name)
		return rest, ok
	case "Day":
		name, rest := cutWord(s)
		return rest, len(name) > 1
	case "PM":
		return d.readHalf(s)
	}
	if sign, is := strings.CutPrefix(field, `\`); is {
		if sign == " " { // and 31. Januar
			sign, s = "", strings.TrimLeft(strings.TrimPrefix(s, "."), " ")
		}
		return strings.CutPrefix(s, sign)
	}
	n, digits, rest := cutNumber(s, most)
	if digits < least || field == "Y" && digits == 3 {
		return s, false
	}
	switch field {
	case "YYYY", "YY", "Y":
		if d.year = n; digits == 2 {
			d.year += 2000 - 100*(n/69)
			return rest, n < 40 || n >= 69 // of the others nobody knows the century
		}
	case "M", "MM":
		d.month = n
	case "D", "DD", "DDD":
		d.day = n
	case "WW":
		d.week = n
	case "h", "hh":
		d.hour, d.is = n, true
	case "mm":
		d.minute = n
	case "ss":
		d.second = n
	}
	return rest, true
}

// dayOfYear returns the date of a day of a year.
func dayOfYear(year, n int) (month, day int, ok bool) {
	t := time.Date(year, 1, n, 0, 0, 0, 0, time.UTC)
	return int(t.Month()), t.Day(), t.Year() == year && t.YearDay() == n
}

// dayOfWeek returns the date of a day of an ISO week.
func dayOfWeek(year, week, weekday int) (y, m, d int, ok bool) {
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC) // which is in week 1
	t := fourth.AddDate(0, 0, 7*(week-1)+weekday-(int(fourth.Weekday())+6)%7-1)
	isoYear, isoWeek := t.ISOWeek()
	return t.Year(), int(t.Month()), t.Day(), isoYear == year && isoWeek == week && weekday >= 1 && weekday <= 7
}

// cutWord cuts a word of letters, and a point after it, off a text.
func cutWord(s string) (word, rest string) {
	n := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
	if n < 0 {
		n = len(s)
	}
	if strings.HasPrefix(s[n:], ".") {
		n++
	}
	return s[:n], s[n:]
}

// cutNumber cuts up to so many digits off a text.
func cutNumber(s string, most int) (n, digits int, rest string) {
	for digits < most && digits < len(s) && isDigit(s[digits]) {
		n = 10*n + int(s[digits]-'0')
		digits++
	}
	return n, digits, s[digits:]
}
