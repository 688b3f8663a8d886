package dev.clusterbox.pki.audit;

/**
 * An entry as it stands in the log.
 *
 * @param seq from 1, without gaps
 * @param at when, in UTC
 * @param previous the hash of the row before
 * @param hash of this row and of {@code previous}, SHA-256
 */
public record AuditRow(long seq, String at, AuditEntry entry, String previous, String hash) {}
