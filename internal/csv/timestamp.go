package csv

import (
	"encoding/binary"
	"time"

	"mlpipeline/internal/dataset"
)

// DayCache remembers the last date that was read: rows of one day are many.
type DayCache struct {
	date    [10]byte
	seconds int64 // since 1970 at its midnight
}

// ShortTime reads 2006-01-02T15:04:05Z or 2006-01-02 at d[i], behind which
// there are Padding bytes, and returns the index behind it. ok is false for
// anything else, valid or not.
func (c *DayCache) ShortTime(d []byte, i int) (t dataset.Time, end int, ok bool) {
	date := [10]byte(d[i:])
	if date != c.date || c.date == [10]byte{} {
		seconds, ok := readDate(&date)
		if !ok {
			return 0, i, false
		}
		c.date, c.seconds = date, seconds
	}
	seconds := c.seconds
	i += len(date)
	if d[i] == 'T' {
		clock, ok := readClock(binary.LittleEndian.Uint64(d[i+1:]))
		if !ok || d[i+len("T15:04:05")] != 'Z' {
			return 0, i, false
		}
		seconds += clock
		i += len("T15:04:05Z")
	}
	return dataset.Time(seconds) * dataset.Time(time.Second/time.Microsecond), i, true
}

// readClock returns the seconds since midnight of 15:04:05, whose characters are the
// bytes of text, the first the lowest: all of them are taken at once.
func readClock(text uint64) (seconds int64, ok bool) {
	const (
		zeros    = 0x30303a30303a3030 // 00:00:00
		overNine = 0x76767f76767f7676 // makes a digit over 9, and another colon, 0x80 or more
		top      = 0x8080808080808080
	)
	digits := text ^ zeros
	if (digits|(digits+overNine))&top != 0 {
		return 0, false
	}
	pairs := digits*10 + digits>>8 // in the byte of each first digit
	h, m, s := int64(pairs&0xff), int64(pairs>>24&0xff), int64(pairs>>48&0xff)
	return h*3600 + m*60 + s, h <= 23 && m <= 59 && s <= 59
}

// readDate returns the seconds since 1970 of a date's midnight.
func readDate(b *[10]byte) (seconds int64, ok bool) {
	y1, ok1 := twoDigits(b[:], 0)
	y2, ok2 := twoDigits(b[:], 2)
	month, ok3 := twoDigits(b[:], 5)
	day, ok4 := twoDigits(b[:], 8)
	year := y1*100 + y2
	if !ok1 || !ok2 || !ok3 || !ok4 || b[4] != '-' || b[7] != '-' || month < 1 || month > 12 || day < 1 ||
		day > daysIn(year, month) {
		return 0, false
	}
	return daysSince1970(year, month, day) * 86400, true
}

func twoDigits(b []byte, i int) (n int64, ok bool) {
	hi, lo := b[i]-'0', b[i+1]-'0'
	return int64(hi)*10 + int64(lo), hi <= 9 && lo <= 9
}

// daysSince1970 counts days in the proleptic Gregorian calendar, in which the
// years begin in March so that a leap day is the last of its year.
func daysSince1970(year, month, day int64) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	if year < 0 {
		era = -1 // year 0 in January or February
	}
	y := year - era*400
	return era*146097 + y*365 + y/4 - y/100 + (153*(month-3)+2)/5 + day - 1 - 719468
}

func daysIn(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
