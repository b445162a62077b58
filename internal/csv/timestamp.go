package csv

import (
	"encoding/binary"
	"time"

	"mlpipeline/internal/dataset"
)

// MonthCache remembers the last month that was read: rows of one month are many.
type MonthCache struct {
	month   [8]byte // as 2006-01-
	seconds int64   // since 1970 at its beginning
	days    int64
}

// ShortTime reads 2006-01-02T15:04:05Z or 2006-01-02 at d[i], after which
// there are Padding bytes, and returns the index after it. ok is false for
// anything else, valid or not.
func (c *MonthCache) ShortTime(d []byte, i int) (t dataset.Time, end int, ok bool) {
	if month := [8]byte(d[i:]); month != c.month {
		y, point, end := plain(d, i)
		m, pointBehind, endBehind := plain(d, i+len("2006-"))
		if end != i+len("2006") || endBehind != i+len("2006-01") || d[end] != '-' || d[endBehind] != '-' ||
			point+pointBehind > 0 || m < 1 || m > 12 {
			return 0, i, false
		}
		begin := func(m uint64) int64 { return time.Date(int(y), time.Month(m), 1, 0, 0, 0, 0, time.UTC).Unix() }
		*c = MonthCache{month, begin(m), (begin(m+1) - begin(m)) / 86400}
	}
	tens, ones := int64(d[i+8])-'0', int64(d[i+9])-'0'
	day := tens*10 + ones
	if day < 1 || day > c.days || uint64(tens) > 9 || uint64(ones) > 9 {
		return 0, i, false
	}
	seconds := c.seconds + (day-1)*86400
	i += len("2006-01-02")
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
