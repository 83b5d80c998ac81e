// An API with one protected route: GET /reports needs read:reports. ISSUER, AUDIENCE and PORT are its settings.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
)

const needed = "read:reports"

func main() {
	issuer := mustGetenv("ISSUER")
	guard := &verifier{issuer: issuer, audience: mustGetenv("AUDIENCE"), keys: newIssuerKeys(issuer)}
	http.HandleFunc("GET /reports", protect(guard, func(w http.ResponseWriter, _ *http.Request, caller *claims) {
		// Whose data: the token says it, and nothing in the request does.
		answer(w, http.StatusOK, map[string]any{"org_id": caller.OrgID, "reports": []string{}})
	}))
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on %d\n", listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, nil))
}

type handler func(http.ResponseWriter, *http.Request, *claims)

// protect lets nobody through but the bearer of a good token with the scope.
func protect(guard *verifier, next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, err := bearerToken(r)
		if err != nil {
			refuse(w, http.StatusBadRequest, "invalid_request", err.Error())
			return
		}
		if token == "" {
			// RFC 6750 §3.1: without credentials no error is named.
			refuse(w, http.StatusUnauthorized, "", "")
			return
		}
		caller, err := guard.verify(token)
		switch {
		case errors.Is(err, errKeysUnavailable):
			w.Header().Set("Retry-After", "30")
			answer(w, http.StatusServiceUnavailable, map[string]string{"code": "keys_unavailable"})
		case err != nil:
			log.Printf("refused: %v", err)
			refuse(w, http.StatusUnauthorized, "invalid_token", "The access token expired, was revoked, or is not for this API.")
		case !caller.hasScope(needed):
			refuse(w, http.StatusForbidden, "insufficient_scope", "The operation needs the scopes: "+needed)
		default:
			next(w, r, caller)
		}
	}
}

func bearerToken(r *http.Request) (string, error) {
	if r.URL.Query().Has("access_token") {
		return "", errors.New("Send the access token in the Authorization header, never in the URL.")
	}
	values := r.Header.Values("Authorization")
	if len(values) > 1 {
		return "", errors.New("Send exactly one Authorization header.")
	}
	if len(values) == 0 {
		return "", nil
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "bearer") {
		return "", nil
	}
	return strings.TrimSpace(token), nil
}

func refuse(w http.ResponseWriter, status int, code, description string) {
	challenge := fmt.Sprintf("Bearer scope=%q", needed)
	switch code {
	case "":
		code = "missing_credentials"
	case "insufficient_scope":
		challenge = fmt.Sprintf("Bearer error=%q, error_description=%q, scope=%q", code, description, needed)
	default:
		challenge = fmt.Sprintf("Bearer error=%q, error_description=%q", code, description)
	}
	w.Header().Set("WWW-Authenticate", challenge)
	answer(w, status, map[string]string{"code": code})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func mustGetenv(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatalf("set %s", name)
	}
	return value
}
