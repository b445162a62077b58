package dataset

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Time is a moment in microseconds since 1970-01-01T00:00:00Z.
type Time int64

// NoTime stands for the missing timestamp of a file without a time column.
const NoTime Time = math.MinInt64

// layouts are the ISO 8601 forms that ParseTime takes. A time without a zone
// is UTC.
var layouts = []string{
	time.RFC3339,
	"2006-01-02",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04Z07:00",
	"2006-01-02 15:04Z07:00",
	"2006-01-02T15:04",
	"2006-01-02 15:04",
}

// ParseTime reads an ISO 8601 date or date and time, to the microsecond.
func ParseTime(s string) (Time, error) {
	for _, layout := range layouts {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if t.Nanosecond()%1000 != 0 {
			return 0, fmt.Errorf("%q is finer than a microsecond", s)
		}
		if year := t.UTC().Year(); year < 0 || year > 9999 {
			return 0, fmt.Errorf("%q is not in the years 0 to 9999 in UTC, which can be written", s)
		}
		return Time(t.UnixMicro()), nil
	}
	return 0, fmt.Errorf("%q is not an ISO 8601 time such as 2020-01-31T12:00:00Z", s)
}

// Append appends t as RFC 3339 in UTC, with a fraction only where it has one.
func (t Time) Append(dst []byte) []byte {
	if t == NoTime {
		return dst
	}
	return time.UnixMicro(int64(t)).UTC().AppendFormat(dst, time.RFC3339Nano)
}

func (t Time) String() string { return string(t.Append(nil)) }

// MarshalJSON writes null for NoTime.
func (t Time) MarshalJSON() ([]byte, error) {
	if t == NoTime {
		return []byte("null"), nil
	}
	return json.Marshal(t.String())
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Time) UnmarshalJSON(b []byte) error {
	*t = NoTime
	if string(b) == "null" {
		return nil
	}
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	var err error
	*t, err = ParseTime(s)
	return err
}
