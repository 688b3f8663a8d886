package dev.clusterbox.pki.audit;

/**
 * Who asked for what, and what became of it.
 *
 * @param by the person or program that asked
 * @param subject the subject that was asked for, also of a request that was refused; empty where there is none
 * @param names like {@code subject}, separated by commas
 * @param reason why it was refused or revoked
 */
public record AuditEntry(
        AuditEvent event,
        String by,
        String authority,
        String profile,
        String subject,
        String names,
        String serial,
        String fingerprint,
        String reason) {

    /** What is sent by a caller is kept, but not any amount of it. */
    private static final int LONGEST = 500;

    private static final int LONGEST_NAME = 100;

    private static final int LONGEST_NAMES = 10_000;

    public AuditEntry {
        by = cut(by, LONGEST_NAME);
        authority = cut(authority, LONGEST_NAME);
        profile = cut(profile, LONGEST_NAME);
        subject = cut(subject, LONGEST);
        names = cut(names, LONGEST_NAMES);
        reason = cut(reason, LONGEST);
    }

    /** An entry about an authority itself. */
    public static AuditEntry ofAuthority(
            AuditEvent event, String by, String authority, String subject, String serial, String fingerprint) {
        return new AuditEntry(event, by, authority, "", subject, "", serial, fingerprint, "");
    }

    /** PostgreSQL has no text with the character 0 in it. */
    private static String cut(String text, int length) {
        var clean = text.replace('\0', '\uFFFD');
        return clean.length() <= length ? clean : clean.substring(0, length - 1) + "…";
    }
}
