package artifact

import (
	"math"
	"reflect"
	"strconv"
	"strings"
)

// Impossible returns the field of a number that no run can have written, whatever the
// checksum of the artifact says; "" if there is none. It is a figure that is not within
// ±limit, as no NaN is, or a number out of the range that the tag of its field names:
//
//	Folds int `range:"2,1000"`
//	Rows  int `range:"1,"` // a bound that is left out is none
//
// Lists, what is pointed to, and structs within are looked through, unexported fields
// are not; a type that knows more of itself has a method Possible. No text is longer than
// any name.
func Impossible(v any, limit float64) (field string) {
	return impossible("", reflect.ValueOf(v), math.Inf(-1), math.Inf(1), limit)
}

const longest = 1e5 // bytes of a text

func impossible(field string, v reflect.Value, least, most, limit float64) string {
	switch v.Kind() {
	case reflect.Float64:
		if x := v.Float(); !(x >= max(least, -limit) && x <= min(most, limit)) {
			return field
		}
	case reflect.Int, reflect.Int64:
		if x := float64(v.Int()); x < least || x > most {
			return field
		}
	case reflect.Pointer:
		if !v.IsNil() {
			return impossible(field, v.Elem(), least, most, limit)
		}
	case reflect.String:
		if v.Len() > longest {
			return field
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if found := impossible(field, v.Index(i), least, most, limit); found != "" {
				return found
			}
		}
	case reflect.Struct:
		if own, ok := v.Interface().(interface{ Possible() bool }); ok && !own.Possible() {
			return field
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			least, most := math.Inf(-1), math.Inf(1)
			if from, to, ok := strings.Cut(f.Tag.Get("range"), ","); ok {
				least, most = bound(from, least), bound(to, most)
			}
			if found := impossible(f.Name, v.Field(i), least, most, limit); found != "" {
				return found
			}
		}
	}
	return ""
}

// bound reads one of a range's, none where nothing is written.
func bound(text string, none float64) float64 {
	if text == "" {
		return none
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(err)
	}
	return v
}
