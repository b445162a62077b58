package origin

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	unicodes "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"

	"mlpipeline/internal/csv"
)

// HeadSize is what is looked at to find out how a source is written.
const HeadSize = 1 << 18

// wides are the encodings whose characters have two or four bytes: they begin with a
// mark, or most of the bytes at these places of every character are 0.
var wides = []struct {
	name, mark string
	size       int
	zeros      []int
	encoding   encoding.Encoding
}{ // UTF-32 first: its mark begins with that of UTF-16
	{"UTF-32", "\xff\xfe\x00\x00", 4, []int{1, 2, 3}, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
	{"UTF-32", "\x00\x00\xfe\xff", 4, []int{0, 1, 2}, utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
	{"UTF-16", "\xff\xfe", 2, []int{1}, unicodes.UTF16(unicodes.LittleEndian, unicodes.UseBOM)},
	{"UTF-16", "\xfe\xff", 2, []int{0}, unicodes.UTF16(unicodes.BigEndian, unicodes.UseBOM)},
}

// decode spools what is not of one byte or UTF-8 with line ends of LF or CRLF.
func (s *Text) decode(ctx context.Context) error {
	b := bufio.NewReaderSize(s.Reader(), HeadSize)
	head, err := b.Peek(HeadSize)
	if err != nil && err != io.EOF {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	for _, w := range wides {
		if !bytes.HasPrefix(head, []byte(w.mark)) && !zerosAt(head, w.size, w.zeros) {
			continue
		}
		if s.Size%int64(w.size) != 0 {
			return fmt.Errorf("%s: is %s and cut off in the middle of a character", s.Name, w.name)
		}
		s.Encoding = w.name
		s.Notes.Add("is %s", w.name)
		return s.spool(ctx, transform.NewReader(b, w.encoding.NewDecoder()))
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xfd7zXZ")), len(head) > 4 && bytes.HasPrefix(head[4:], []byte("1AY&SY")):
		return fmt.Errorf("%s: is packed as neither gzip, zstd nor zip; unpack it: bzcat FILE, or xzcat, | data_creation "+
			"-import -", s.Name)
	case bytes.IndexByte(head, 0) >= 0:
		return fmt.Errorf("%s: holds NUL bytes; it is not a CSV file", s.Name)
	case markup.Match(head):
		return fmt.Errorf("%s: is a web page or XML, not a CSV file", s.Name)
	case bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")):
		return fmt.Errorf("%s: is JSON, not a CSV file", s.Name)
	case len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte(csv.BOM)))) == 0 && len(head) < HeadSize:
		return fmt.Errorf("%s: is empty", s.Name)
	case bytes.Count(head, []byte("\r"))-bytes.Count(head, []byte("\r\n")) > bytes.Count(head, []byte("\n")):
		return s.spool(ctx, oldLines{b})
	}
	return nil
}

var markup = regexp.MustCompile(`(?i)^\s*<(!doctype|html|head|body|table|\?xml|svg|rss)`)

// zerosAt reports whether of each size bytes those at some places, and no others, are
// mostly 0.
func zerosAt(head []byte, size int, places []int) bool {
	zeros := make([]int, size)
	for i, c := range head {
		if c == 0 {
			zeros[i%size]++
		}
	}
	most := len(head) / size * 3 / 4
	for i, n := range zeros {
		if at := slices.Contains(places, i); most == 0 || at && n <= most || !at && n > 0 {
			return false
		}
	}
	return true
}

// oldLines turns the line ends of old, CR alone, into LF.
type oldLines struct{ io.Reader }

func (r oldLines) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// codePage is an encoding that a source which is not UTF-8 may have, and the letters
// that are frequent in each language that is written in it. Those of Latin stand beside
// others of ASCII; words of other scripts have none.
type codePage struct {
	name      string
	latin     bool
	languages []string
	encoding.Encoding
}

const japaneseLetters = "のはをにがとでたしてるいなれらもこあうきくけさすそつりアイウエオカクコサシスタテトドナニネノハバフプマムメモラリルレロンー" +
	"日時月年分度気温電力量平均最高低風速雨水値合計火木金土"

// codePages are tried in this order; where several fit alike, the first is taken.
var codePages = []codePage{
	{"windows-1252", true, []string{"äöüß", "éèêëàâçîïôûùœ", "ñáéíóúüãõâêç", "åæøäöé", "àèéìòù"}, charmap.Windows1252},
	{"windows-1250", true, []string{"ąćęłńóśźż", "áčďéěíňóřšťúůýžľĺôä", "áéíóöőúüű", "ăâîșțşţ", "čćđšž"}, charmap.Windows1250},
	{"windows-1251", false, []string{"оеаинтс", "оаинтеії"}, charmap.Windows1251},
	{"koi8-r", false, []string{"оеаинтс"}, charmap.KOI8R},
	{"shift_jis", false, []string{japaneseLetters}, japanese.ShiftJIS},
	{"euc-jp", false, []string{japaneseLetters}, japanese.EUCJP},
	{"euc-kr", false, []string{"이다의는에을가고하지도한로사기리서인대자어나시일부수전스정제해그라마장아주상원동보과구성비만선소" +
		"날짜온간력습풍속최평균합계"}, korean.EUCKR},
	{"gb18030", false, []string{"的一是不了在人有我他这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然" +
		"于心学日期间温度湿气压风速负荷电力量价格城市站点值平均最高低雨水月分数据总用编号名称类型单位"}, simplifiedchinese.GB18030},
}

// Recode spools the source as UTF-8: from the encoding that is named, or from the one that
// the name of its target or the letters tell. A source that is UTF-8 but for some bytes
// has none.
func (s *Text) Recode(ctx context.Context, name, target string) error {
	if name != "" {
		e, err := ParseEncoding(name)
		if err != nil {
			return err
		}
		return s.transcode(ctx, name, e)
	}
	sample, err := s.foreign()
	if err != nil {
		return err
	}
	page, why := guessPage(sample, target)
	if page == nil {
		return fmt.Errorf("%s: is not UTF-8, and its letters tell no other encoding; name it with -encoding: %s", s.Name,
			"windows-1252, windows-1251, shift_jis, …")
	}
	s.Notes.Add("is not UTF-8; read as %s, %s; -encoding names another", page.name, why)
	return s.transcode(ctx, page.name, page)
}

func (s *Text) transcode(ctx context.Context, name string, e encoding.Encoding) error {
	s.Encoding = name
	return s.spool(ctx, transform.NewReader(bufio.NewReader(s.Reader()), e.NewDecoder()))
}

// ParseEncoding finds an encoding by the names that browsers know.
func ParseEncoding(name string) (encoding.Encoding, error) {
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil, fmt.Errorf("there is no encoding %q; windows-1252, windows-1251 and shift_jis are some", name)
	}
	return e, nil
}

// foreign returns lines with bytes beyond ASCII, up to HeadSize of them.
func (s *Text) foreign() (sample []byte, err error) {
	b, bad, text := bufio.NewReaderSize(s.Reader(), HeadSize), 0, false
	for line := 1; ; line++ {
		row, err := b.ReadSlice('\n')
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		valid := utf8.Valid(row) || err == bufio.ErrBufferFull // which cuts characters
		if !valid && bad == 0 {
			bad = line
		} else if valid && slices.ContainsFunc(row, func(c byte) bool { return c >= utf8.RuneSelf }) {
			text = true
		}
		if text && bad > 0 {
			return nil, fmt.Errorf("%s:%d: holds a byte that is not UTF-8, as the rest of the file is; mend it, or -encoding "+
				"utf-8 reads such bytes as \ufffd", s.Name, bad)
		}
		if !valid && len(sample) < HeadSize {
			sample = append(sample, row...)
		}
		if err == io.EOF {
			return sample, nil
		}
	}
}

// guessPage returns the encoding in which the sample has the target's name or, where that
// does not tell, the most frequent letters; nil if its letters are frequent in none.
func guessPage(sample []byte, target string) (best *codePage, why string) {
	most := 0.0
	why = "as its letters tell"
	for i := range codePages {
		p := &codePages[i]
		score := p.score(sample)
		name, err := p.NewEncoder().String(target)
		if score > 0 && err == nil && name != target && bytes.Contains(sample, []byte(name)) {
			score++
			why = "as the name of the target tells"
		}
		if score > most {
			best, most = p, score
		}
	}
	if most < 0.25 {
		return nil, ""
	}
	return best, why
}

// score returns how frequent the letters are, in one language, as which the sample
// reads: 1 where there is none, only signs such as °; 0 if it does not read.
func (p *codePage) score(sample []byte) float64 {
	text, err := p.NewDecoder().Bytes(sample)
	if err != nil || bytes.Contains(text, []byte("\ufffd")) {
		return 0
	}
	letters, common := 0, make([]float64, len(p.languages))
	runes := []rune(" " + string(text) + " ")
	for i, r := range runes[1 : len(runes)-1] {
		before, after := runes[i], runes[i+2]
		box := r >= 0x2500 && r < 0x25a0 // which no table holds
		isSign := !unicode.IsLetter(r) && !box || r == 'º' || r == 'ª' || r == 'µ'
		if r < utf8.RuneSelf || isSign || isBreak(before) && isBreak(after) {
			continue
		}
		letters++
		inWord := unicode.IsLetter(before) || unicode.IsLetter(after)
		if beside := isASCIILetter(before) || isASCIILetter(after); !inWord || beside != p.latin {
			continue
		}
		for k, frequent := range p.languages {
			if strings.ContainsRune(frequent, r) {
				common[k]++
			} else if strings.ContainsRune(frequent, unicode.ToLower(r)) {
				common[k] += 0.9
			}
		}
	}
	switch {
	case letters > 0:
		return slices.Max(common) / float64(letters)
	case p.latin:
		return 1
	}
	return 0
}

func isASCIILetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// isBreak reports whether a character stands between words.
func isBreak(r rune) bool { return r < utf8.RuneSelf && !isASCIILetter(r) }
