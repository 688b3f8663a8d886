package dev.clusterbox.pki.authority;

import dev.clusterbox.pki.inventory.AuthorityRecord;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Value;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/** Where relying parties find us, if they do: what stands in certificates about it. */
@Context
public final class PublicAddresses {

    private static final int LONGEST = 200;
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+]");

    private final Optional<String> base;

    /** @param url empty for none */
    public PublicAddresses(@Value("${clusterbox.pki.public-url}") String url) {
        this.base = url.isEmpty() ? Optional.empty() : Optional.of(checked(url));
    }

    /** RFC 5280, 8: not https, because whoever checks that certificate would need what is behind it. */
    private static String checked(String text) {
        try {
            var url = new URI(text);
            boolean fits = text.length() <= LONGEST
                    && "http".equals(url.getScheme())
                    && url.getHost() != null
                    && HOST.matcher(url.getHost()).matches()
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.normalize().equals(url)
                    && text.matches("[!-~]+");
            if (fits) {
                return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            }
        } catch (URISyntaxException e) {
            // The same message says it.
        }
        throw new IllegalStateException(
                "clusterbox.pki.public-url: %s (expected: http://HOST:PORT, and a path if there is one, at most %d characters)"
                        .formatted(text, LONGEST));
    }

    /** What stands in certificates about where to ask: the newest list, the responder, and the authority's certificate. */
    public record Urls(String revocationList, String ocsp, String certificate) {}

    public Optional<Urls> urls(AuthorityRecord authority) {
        var name = authority.name();
        return base.map(url -> new Urls(
                url + "/crl/" + name + "/" + authority.serial() + ".crl",
                url + "/ocsp/" + name,
                url + "/ca/" + name + "/" + authority.serial() + ".crt"));
    }

    /** RFC 5280, 4.2.1.13. */
    public Optional<Extension> revocationList(AuthorityRecord authority) {
        return urls(authority).map(urls -> {
            var name = url(urls.revocationList());
            var point = new DistributionPoint(new DistributionPointName(new GeneralNames(name)), null, null);
            return extension(Extension.cRLDistributionPoints, new CRLDistPoint(new DistributionPoint[] {point}));
        });
    }

    /** RFC 5280, 4.2.2.1. */
    public Optional<Extension> information(AuthorityRecord authority) {
        return urls(authority).map(urls -> {
            var ocsp = new AccessDescription(AccessDescription.id_ad_ocsp, url(urls.ocsp()));
            var issuer = new AccessDescription(AccessDescription.id_ad_caIssuers, url(urls.certificate()));
            return extension(
                    Extension.authorityInfoAccess,
                    AuthorityInformationAccess.getInstance(new DERSequence(new AccessDescription[] {ocsp, issuer})));
        });
    }

    private static GeneralName url(String text) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, new DERIA5String(text));
    }

    private static Extension extension(ASN1ObjectIdentifier type, ASN1Encodable value) {
        try {
            return Extension.create(type, false, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
