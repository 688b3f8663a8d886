package dev.clusterbox.pki.access;

import dev.clusterbox.problem.Problem;
import dev.clusterbox.problem.Problem.Code;
import dev.clusterbox.problem.ProblemException;
import dev.clusterbox.rest.Caller;
import dev.clusterbox.rest.Caller.Role;
import java.util.List;
import java.util.Locale;

/**
 * What the one who asks may ask for. Who has a role but no scope may use it for everything.
 *
 * @param by the name for the audit log
 */
public record Rights(String by, Role role, Scope scope) {

    /** @throws ProblemException FORBIDDEN, as all here */
    public Rights requireAdmin() {
        if (!role.includes(Role.ADMIN)) {
            throw forbidden("the role %s".formatted(role), "the role ADMIN");
        }
        return this;
    }

    /** The role as profiles name it: {@code operator}. */
    public String roleName() {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** For what concerns all authorities at once. */
    public Rights requireEverything() {
        if (!scope.isEverything()) {
            throw forbidden("a scope", "a token without a scope");
        }
        return this;
    }

    public Rights requireAuthority(String authority) {
        if (!scope.authorities().match(authority)) {
            throw forbidden("the scope of authorities: " + scope.authorities(), authority);
        }
        return this;
    }

    /** @param names the common name and the alternative names, these without their type */
    public Rights requireCertificate(String authority, String profile, List<String> names) {
        requireAuthority(authority);
        if (!scope.profiles().match(profile)) {
            throw forbidden("the scope of profiles: " + scope.profiles(), profile);
        }
        for (var name : names) {
            if (!scope.names().match(name)) {
                throw forbidden("the scope of names: " + scope.names(), name);
            }
        }
        return this;
    }

    private ProblemException forbidden(String found, String expected) {
        return new Problem(
                        Code.FORBIDDEN,
                        "%s has %s (expected: %s)".formatted(by, found, expected),
                        "ask with a token that may do this")
                .asException();
    }

    /** All that a token may be used for. */
    public record Scope(Globs authorities, Globs profiles, Globs names) {

        public static final Scope EVERYTHING =
                new Scope(new Globs(List.of()), new Globs(List.of()), new Globs(List.of()));

        boolean isEverything() {
            return equals(EVERYTHING);
        }
    }

    public static Rights of(Caller caller, Scope scope) {
        return new Rights(caller.name(), caller.role(), scope);
    }
}
