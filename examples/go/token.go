package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const (
	leeway      = 30 * time.Second
	maxLifetime = 24 * time.Hour
)

var algorithms = []string{"RS256", "PS256", "ES256"}

// Members that change how a token is read, or send the reader elsewhere for its key.
var refusedHeaders = []string{"crit", "b64", "zip", "enc", "jku", "x5u"}

// claims of an access token (RFC 9068 §2.2), as far as this program uses them.
type claims struct {
	jwt.RegisteredClaims
	ClientID     string `json:"client_id"`
	Scope        string `json:"scope"`
	OrgID        string `json:"org_id"`
	Confirmation any    `json:"cnf"`
}

// hasScope compares whole names: read:reports is not in read:reports-archive.
func (c *claims) hasScope(needed string) bool {
	return slices.Contains(strings.Split(c.Scope, " "), needed)
}

type verifier struct {
	issuer, audience string
	keys             *issuerKeys
}

// verify answers the claims of a good token; errKeysUnavailable when it cannot be told; any other error means 401.
func (v *verifier) verify(token string) (*claims, error) {
	found := &claims{}
	_, err := jwt.ParseWithClaims(token, found, v.keyOf,
		jwt.WithValidMethods(algorithms),
		jwt.WithIssuer(v.issuer),
		jwt.WithAudience(v.audience),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(leeway),
		jwt.WithStrictDecoding(),
	)
	if err != nil {
		return nil, err
	}
	return found, checkClaims(found)
}

func (v *verifier) keyOf(token *jwt.Token) (any, error) {
	// RFC 9068 §4: an ID token or a client assertion of the same issuer is no access token.
	typ, _ := token.Header["typ"].(string)
	if typ = strings.ToLower(typ); typ != "at+jwt" && typ != "application/at+jwt" {
		return nil, fmt.Errorf("not an access token: typ %q", typ)
	}
	for _, member := range refusedHeaders {
		if _, present := token.Header[member]; present {
			return nil, fmt.Errorf("the header member %q is not allowed", member)
		}
	}
	kid, _ := token.Header["kid"].(string)
	key, found, err := v.keys.find(kid)
	if err != nil {
		return nil, err
	}
	// RFC 8725 §3.1: the algorithm is the key's, never merely the one that the token names.
	if !found || key.algorithm != token.Method.Alg() {
		return nil, fmt.Errorf("no key %q for %s", kid, token.Method.Alg())
	}
	return key.public, nil
}

func checkClaims(c *claims) error {
	switch {
	// A token for several audiences could be carried from one of them to another.
	case len(c.Audience) != 1:
		return errors.New("not exactly one audience")
	case c.IssuedAt == nil || c.ExpiresAt.Sub(c.IssuedAt.Time) > maxLifetime:
		return errors.New("a lifetime that the issuer never gives")
	case c.Subject == "" || c.ID == "" || c.ClientID == "":
		return errors.New("a claim is missing")
	// RFC 7800 §3.1: a bound token without its proof is a stolen token. This sample checks no proof.
	case c.Confirmation != nil:
		return errors.New("a bound token, and no proof is checked here")
	}
	return nil
}
