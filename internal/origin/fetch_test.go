package origin

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// No name, no password and no query of a URL is shown, however it is written.
func TestShown(t *testing.T) {
	for src, want := range map[string]string{
		"http://host/a.csv":                   "http://host/a.csv",
		"https://TOKEN@host/a.csv":            "https://xxxxx@host/a.csv",
		"http://user:TOKEN@host:80/a.csv":     "http://xxxxx@host:80/a.csv",
		"http://user:pa?TOKEN@host/a.csv":     "http://xxxxx",
		"http://user:12?TOKEN@host/a.csv":     "http://xxxxx",
		"http://user:12/TOKEN@host/a.csv":     "http://xxxxx",
		"http://user:12#TOKEN@host/a.csv":     "http://xxxxx",
		"http:/user:TOKEN@host/a.csv":         "http://xxxxx",
		"http:user:TOKEN@host/a.csv":          "http://xxxxx",
		"HTTP://host/a.csv?password=TOKEN":    "HTTP://host/a.csv?xxxxx",
		"https://host/a.csv#TOKEN":            "https://host/a.csv?xxxxx",
		"https://host/a.csv?mail=a@b&k=TOKEN": "https://xxxxx",
		"ftp://user:TOKEN@host/a.csv":         "ftp://xxxxx@host/a.csv",
		"data/a@b.csv":                        "data/a@b.csv",
		`C:\data\a.csv`:                       `C:\data\a.csv`,
		"C:/data/a@b.csv":                     "C:/data/a@b.csv",
		"-":                                   "-",
	} {
		if got := Shown(src); got != want {
			t.Errorf("%s is shown as %s, want %s", src, got, want)
		}
		if err := Check(src); err != nil && strings.Contains(err.Error(), "TOKEN") {
			t.Error(err)
		}
	}
	err := discreet(fmt.Errorf(`invalid proxy address "user:TOKEN@proxy:80": parse "http://x:TOKEN@y/?TOKEN": bad`))
	if want := `invalid proxy address "xxxxx": parse "http://xxxxx@y/?xxxxx": bad`; err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// What servers do is told by the name of the source, without secrets, and nowhere else.
func TestFetch(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{"/loop": "/loop?TOKEN", "/far": "/moved", "/moved": "/b", "/b": "/c", "/c": "/d", "/d": "/e",
			"/e": "/a.csv", "/bad": "http://x:TOKEN@%zz/", "/ftp": "ftp://TOKEN@h/"}
		switch at := r.URL.Path; {
		case to[at] != "":
			w.Header().Set("Location", to[at])
			w.WriteHeader(http.StatusFound)
		case at == "/a.csv":
			_, _ = io.WriteString(w, "y,z\n1,2\n")
		case at == "/short.csv":
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, "y,z\n1,2\n")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer plain.Close()
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL+"/a.csv?TOKEN", http.StatusFound))
	defer secure.Close()
	defer func() { trusted = nil }()
	trusted = secure.Client().Transport.(*http.Transport).TLSClientConfig

	chatty, err := net.Listen("tcp", "127.0.0.1:0") // answers before it is asked
	if err != nil {
		t.Fatal(err)
	}
	defer chatty.Close()
	go func() {
		for {
			c, err := chatty.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(c, "SSH-2.0 hello\r\n")
			c.Close()
		}
	}()
	var logged bytes.Buffer
	log.SetOutput(&logged)

	host := strings.TrimPrefix(plain.URL, "http://")
	shown := "http://xxxxx@" + host
	for src, want := range map[string]string{
		"/moved":     "y,z\n1,2\n",
		"/none":      shown + "/none?xxxxx: the server answers 404 Not Found",
		"/loop":      shown + "/loop?xxxxx: the server sends it on more than 5 times; import the URL where it ends",
		"/far":       shown + "/far?xxxxx: the server sends it on more than 5 times; import the URL where it ends",
		"/short.csv": shown + "/short.csv?xxxxx: unexpected EOF",
		"/bad":       shown + "/bad?xxxxx: the server sends it on to what is no URL",
		"/ftp": shown + "/ftp?xxxxx: the server sends it on from http to ftp, where anybody may read and change it; if that is to " +
			"be, import ftp://xxxxx@h/",
	} {
		if got := text(t, "http://user:TOKEN@"+host+src+"?key=TOKEN", t.TempDir(), "", nil); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if got, want := text(t, secure.URL, t.TempDir(), "", nil), secure.URL+": the server sends it on from https to http, where anybody "+
		"may read and change it; if that is to be, import "+plain.URL+"/a.csv?xxxxx"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := text(t, "http://TOKEN@"+chatty.Addr().String(), t.TempDir(), "", nil); strings.Contains(got, "TOKEN") || got == "" {
		t.Error(got)
	}
	if _, err := Open(context.Background(), "http://user:pa?TOKEN@host/", t.TempDir(), "", nil); err == nil ||
		strings.Contains(err.Error(), "TOKEN") || !strings.Contains(err.Error(), "%3F") {
		t.Error(err)
	}
	if logged.Len() > 0 {
		t.Errorf("logged: %s", &logged)
	}
}
