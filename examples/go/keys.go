package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"sync"
	"time"
)

const (
	cooldown = 30 * time.Second
	maxAge   = 5 * time.Minute
	maxStale = 24 * time.Hour
	maxBytes = 256 * 1024
)

// errKeysUnavailable means 503: nobody can tell whether the token is good, and the caller is not to blame.
var errKeysUnavailable = errors.New("the keys of the issuer cannot be fetched")

// issuerKey is a public key with the one algorithm that it may be used with.
type issuerKey struct {
	algorithm string
	public    crypto.PublicKey
}

// issuerKeys fetches at most once in 30 s, however many unknown key ids ask, and keeps the last good set for a day.
type issuerKeys struct {
	issuer    string
	client    *http.Client
	mutex     sync.Mutex
	keys      map[string]issuerKey
	fetchedAt time.Time
	triedAt   time.Time
}

func newIssuerKeys(issuer string) *issuerKeys {
	client := &http.Client{
		Timeout:       5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &issuerKeys{issuer: issuer, client: client}
}

func (k *issuerKeys) find(kid string) (issuerKey, bool, error) {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	_, known := k.keys[kid]
	if (!known || time.Since(k.fetchedAt) > maxAge) && time.Since(k.triedAt) > cooldown {
		k.triedAt = time.Now()
		if err := k.refresh(); err != nil {
			// The last good set stays.
			log.Printf("issuer keys not refreshed: %v", err)
		}
	}
	if time.Since(k.fetchedAt) > maxStale {
		return issuerKey{}, false, errKeysUnavailable
	}
	key, found := k.keys[kid]
	return key, found, nil
}

func (k *issuerKeys) refresh() error {
	var metadata struct {
		Issuer  string `json:"issuer"`
		JwksURI string `json:"jwks_uri"`
	}
	if err := k.getJSON(k.issuer+"/.well-known/oauth-authorization-server", &metadata); err != nil {
		return err
	}
	// RFC 8414 §3.3: a document about another issuer must not be used.
	if metadata.Issuer != k.issuer {
		return fmt.Errorf("the metadata names %q, expected %q", metadata.Issuer, k.issuer)
	}
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := k.getJSON(metadata.JwksURI, &set); err != nil {
		return err
	}
	keys := map[string]issuerKey{}
	for _, each := range set.Keys {
		public, err := each.public()
		if err != nil {
			return err
		}
		if public != nil {
			keys[each.Kid] = issuerKey{each.Alg, public}
		}
	}
	k.keys, k.fetchedAt = keys, time.Now()
	return nil
}

func (k *issuerKeys) getJSON(url string, into any) error {
	answer, err := k.client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %d", url, answer.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(answer.Body, maxBytes)).Decode(into)
}

// jwk is a JSON Web Key (RFC 7517), as far as access tokens are signed with them.
type jwk struct {
	Kty, Kid, Alg, Use, Crv string
	N, E, X, Y              string
	D, K                    *string
}

// public is nil for a key that is of no use here.
func (j jwk) public() (crypto.PublicKey, error) {
	if j.D != nil || j.K != nil {
		return nil, errors.New("the key set holds a private or symmetric key")
	}
	if j.Kid == "" || (j.Use != "" && j.Use != "sig") {
		return nil, nil
	}
	switch {
	case j.Kty == "RSA" && (j.Alg == "RS256" || j.Alg == "PS256"):
		n, e := number(j.N), number(j.E)
		if n.BitLen() < 2048 || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 {
			return nil, fmt.Errorf("the RSA key %q is too small or malformed", j.Kid)
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}, nil
	case j.Kty == "EC" && j.Alg == "ES256" && j.Crv == "P-256":
		key := &ecdsa.PublicKey{Curve: elliptic.P256(), X: number(j.X), Y: number(j.Y)}
		// ECDH refuses a point that is not on the curve.
		if _, err := key.ECDH(); err != nil {
			return nil, fmt.Errorf("the EC key %q: %w", j.Kid, err)
		}
		return key, nil
	}
	return nil, nil
}

func number(text string) *big.Int {
	bytes, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return new(big.Int)
	}
	return new(big.Int).SetBytes(bytes)
}
